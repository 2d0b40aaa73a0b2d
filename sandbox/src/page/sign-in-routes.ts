import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { keyHolder } from "../authenticate";
import { Failure } from "../failure";
import type { Sandbox } from "../sandbox";
import { consoleView } from "./console-view";
import { isSameCode } from "./sign-in-code";
import { clearSessionCookie, refuseForged, sessionOf, setSessionCookie } from "./signed-in";

const userSchema = z.strictObject({ user: z.string(), code: z.string().max(100) });

/** Attempts to sign in per minute, of all people and in both ways together. */
export const SIGN_IN_ATTEMPTS = 20;

/** Signs people in and out. Each sign-in responds with the view that a signed-in person sees. */
export async function signInRoutes(server: FastifyInstance, sandbox: Sandbox): Promise<void> {
  await server.register(rateLimit, {
    global: false,
    max: SIGN_IN_ATTEMPTS,
    timeWindow: 60_000,
    // Every caller has the address 127.0.0.1.
    keyGenerator: () => "all",
    errorResponseBuilder: (_request, { ttl }) =>
      new Failure(429, `Too many attempts to sign in. Try again in ${Math.ceil(ttl / 1000)} seconds`),
  });
  // One hook for both routes, because each hook counts on its own.
  const limited = { onRequest: server.rateLimit() };

  server.post("/page/sign-in/key", limited, (request, reply) => {
    const visitor = keyVisitor(sandbox, request);
    return reply.type("text/html; charset=utf-8").send(consoleView(sandbox, visitor));
  });

  server.post("/page/sign-in/user", limited, (request, reply) => {
    const asked = userSchema.safeParse(request.body);
    if (!asked.success) throw new Failure(400, "Send a user and the sign-in code");
    if (!isSameCode(asked.data.code, sandbox.signInCode)) {
      const place = "The terminal that started the sandbox shows it, and each start makes a new one";
      throw new Failure(401, `This is not the sign-in code. ${place}`);
    }
    const caller = sandbox.accounts.user(asked.data.user);
    const earlier = sessionOf(sandbox, request);
    if (earlier) sandbox.sessions.end(earlier.id);
    const session = sandbox.sessions.start(caller.id);
    setSessionCookie(request, reply, session);
    const visitor = { caller, csrfToken: session.csrfToken };
    return reply.type("text/html; charset=utf-8").send(consoleView(sandbox, visitor));
  });

  server.post("/page/sign-out", (request, reply) => {
    const session = sessionOf(sandbox, request);
    if (session) {
      refuseForged(session, request);
      sandbox.sessions.end(session.id);
    }
    clearSessionCookie(request, reply);
    return reply.code(204).send();
  });
}

/** Says what a person can do about a key that does not work; the API's own words are for programs. */
function keyVisitor(sandbox: Sandbox, { headers }: FastifyRequest) {
  if (headers.authorization === undefined) throw new Failure(401, "Enter a private key");
  try {
    return keyHolder(sandbox, headers.authorization);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === "E122") throw new Failure(401, "This is a public key. Enter a private key");
    throw new Failure(
      error.statusCode,
      "This sandbox does not know this private key, or it is revoked. Check that you copied all of it",
    );
  }
}
