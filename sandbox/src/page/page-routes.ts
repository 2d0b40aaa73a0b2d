import type { FastifyInstance, FastifyReply } from "fastify";
import { readListQuery } from "../call-input";
import { visibleKey } from "../key-operations";
import type { Sandbox } from "../sandbox";
import { consoleView } from "./console-view";
import { document } from "./document";
import { detailsContent, revokeContent } from "./key-dialogs";
import { keyResults } from "./key-results";
import { signInRoutes } from "./sign-in-routes";
import { signInView } from "./sign-in-view";
import { sessionOf } from "./signed-in";
import { staticFiles } from "./static-files";
import { managerOf } from "./visitor";

const prefix = "/page/";

const contentSecurityPolicy = [
  "default-src 'none'",
  ...["script-src", "style-src", "connect-src", "img-src"].map((kind) => `${kind} 'self'`),
  ...["form-action", "frame-ancestors", "base-uri"].map((kind) => `${kind} 'none'`),
];

const headers = {
  "content-security-policy": contentSecurityPolicy.join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  // Also for the files, so that the page never mixes the script of another version.
  "cache-control": "no-store",
};

/** Whether an address is of the page Manage Keys. */
export function isOfPage(url: string): boolean {
  return url === "/" || url.startsWith("/?") || url.startsWith(prefix);
}

type ById = { Params: { id: string } };

/**
 * The page Manage Keys. It calls PayEngine's API for all that it does to keys, as a console does, and gets from here only
 * what people see. No HTML has a private key's value.
 */
export async function pageRoutes(server: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  server.addHook("onRequest", async (_request, reply) => {
    reply.headers(headers);
  });

  server.get("/", (request, reply) => {
    const session = sessionOf(sandbox, request);
    if (session === undefined) return sendHtml(reply, document(signInView(sandbox)));
    const visitor = { caller: sandbox.accounts.user(session.userId), csrfToken: session.csrfToken };
    return sendHtml(reply, document(consoleView(sandbox, visitor)));
  });
  for (const { name, type, body } of staticFiles) {
    server.get(prefix + name, (_request, reply) => reply.type(type).send(body));
  }

  server.get(`${prefix}keys`, (request, reply) => {
    const { caller } = managerOf(sandbox, request);
    return sendHtml(reply, keyResults(sandbox, caller, readListQuery(request, sandbox.dialect, "/api-keys")));
  });
  server.get<ById>(`${prefix}keys/:id/details`, (request, reply) => {
    const { caller } = managerOf(sandbox, request);
    return sendHtml(reply, detailsContent(sandbox, visibleKey(sandbox, caller, request.params.id)));
  });
  server.get<ById>(`${prefix}keys/:id/revoke`, (request, reply) => {
    const visitor = managerOf(sandbox, request);
    const key = visibleKey(sandbox, visitor.caller, request.params.id);
    return sendHtml(reply, revokeContent(sandbox, key, visitor));
  });

  await signInRoutes(server, sandbox);
}

function sendHtml(reply: FastifyReply, text: string): FastifyReply {
  return reply.type("text/html; charset=utf-8").send(text);
}
