import { once } from "node:events";
import type { Socket } from "node:net";
import fastifyCookie from "@fastify/cookie";
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { present, send } from "./answer";
import { apiRoutes, failureOf } from "./api-routes";
import { controlRoutes } from "./control-routes";
import type { Dialect } from "./dialect";
import { Failure, failureBody } from "./failure";
import { refuseForeign } from "./foreign-callers";
import { withoutPrivateValues } from "./key-value";
import { isOfPage, pageRoutes } from "./page/page-routes";
import type { PendingCalls } from "./pending-calls";
import type { LoggedRequest } from "./request-log";
import type { Sandbox } from "./sandbox";

declare module "fastify" {
  interface FastifyRequest {
    /** The call's entry in the log of requests. */
    logged: LoggedRequest;
  }
}

export const apiPrefix = "/api";
export const controlPrefix = "/__control";

/** The HTTP server, not listening yet. */
export function sandboxServer(
  sandbox: Sandbox,
  pending: PendingCalls,
  options: { control: boolean; log: boolean },
): FastifyInstance {
  const answerFailure = (failure: Failure, reply: FastifyReply) =>
    send(reply, present(failure, sandbox.dialect), sandbox.clock.httpDate());
  const answerError = (error: FastifyError | Failure, request: FastifyRequest, reply: FastifyReply) => {
    answerFailure(failureOf(error, request), reply);
  };
  const server = fastify({
    // stdout is for the command's own output. An address may have a key: one that somebody searched for.
    logger: options.log ? { stream: process.stderr, serializers: { req: requestLine } } : false,
    exposeHeadRoutes: false,
    // PayEngine has no limit for an ID; Fastify's is 100 characters, shorter than a private key.
    routerOptions: { maxParamLength: 10_000 },
    // Serves calls that arrive during a stop; Fastify's own 503 is not in PayEngine's format.
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: (error, socket) => answerMalformed(error, socket, sandbox.dialect),
  });
  server.setErrorHandler(answerError);
  server.setNotFoundHandler((request, reply) =>
    answerFailure(new Failure(404, `No such call: ${request.method} ${request.url.split("?")[0]}`), reply),
  );
  // First, so that a rejected request is not logged and hits no fault.
  server.addHook("onRequest", async ({ headers }) => refuseForeign(headers));
  logRequests(server, sandbox);
  server.addHook("onRequest", async (_request, reply) => {
    void pending.add(once(reply.raw, "close"));
  });
  void server.register(fastifyCookie);
  void server.register(pageRoutes, { sandbox });
  void server.register(apiRoutes, { prefix: apiPrefix, sandbox, pending });
  if (options.control) void server.register(controlRoutes, { prefix: controlPrefix, sandbox, pending });
  return server;
}

function requestLine({ method, url }: FastifyRequest) {
  return { method, url: withoutPrivateValues(url) };
}

/** Responds to invalid HTTP and to headers beyond Node's 16 KiB, which never become a request. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket, dialect: Dialect): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const failure = new Failure(400, `Invalid HTTP request: ${error.message}`);
  const body = JSON.stringify(failureBody(failure, dialect));
  const head = [
    "HTTP/1.1 400 Bad Request",
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** Logs every call and its response, and dates the response by the sandbox's clock. */
function logRequests(server: FastifyInstance, sandbox: Sandbox): void {
  server.addHook("onRequest", async (request, reply) => {
    // The page polls. Its calls to the API count, but not its own parts.
    if (isOfPage(request.url) || request.url.startsWith(controlPrefix)) return;
    const logged = sandbox.requests.add(sandbox.clock.now(), request.method, request.url);
    request.logged = logged;
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) logged.answered = "dropped";
    });
  });
  // Not onResponse, because a test may read the log before it has run.
  server.addHook("onSend", async (request, reply) => {
    reply.header("date", sandbox.clock.httpDate());
    if (request.logged) request.logged.answered = reply.statusCode;
  });
}
