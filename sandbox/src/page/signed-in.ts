import type { FastifyReply, FastifyRequest } from "fastify";
import { Failure } from "../failure";
import type { Sandbox } from "../sandbox";
import { SESSION_AGE_MS, type Session } from "./session-store";

/** The header with the session's CSRF token. */
export const CSRF_HEADER = "x-csrf-token";

/** The session of the request's cookie. */
export function sessionOf(sandbox: Sandbox, request: FastifyRequest): Session | undefined {
  return sandbox.sessions.find(request.cookies[cookieName(request)] ?? "");
}

/**
 * Rejects a request with a cookie that the page did not send. A browser adds the cookie to the requests of any page of
 * this machine: SameSite ignores the port.
 *
 * @throws Failure 403
 */
export function refuseForged(session: Session, { method, headers }: FastifyRequest): void {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") {
    throw new Failure(403, "Another page sent this request. Use the sandbox's own page");
  }
  if (method !== "GET" && headers[CSRF_HEADER] !== session.csrfToken) {
    throw new Failure(403, `The header ${CSRF_HEADER} is missing or old. Reload the page and try again`);
  }
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, session: Session): void {
  reply.setCookie(cookieName(request), session.id, {
    httpOnly: true,
    sameSite: "strict",
    path: "/",
    maxAge: SESSION_AGE_MS / 1000,
  });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieName(request), { httpOnly: true, sameSite: "strict", path: "/" });
}

/** With the port, because browsers share cookies between the ports of a host. */
function cookieName({ socket }: FastifyRequest): string {
  return `payengine_sandbox_${socket.localPort}`;
}
