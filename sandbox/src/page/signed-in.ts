import type { FastifyReply, FastifyRequest } from "fastify";
import { Failure } from "../failure";
import type { Sandbox } from "../sandbox";
import { SESSION_AGE_MS, type Session } from "./session-store";
import { isSameSecret } from "./sign-in-code";

/** The header with the session's CSRF token. */
export const CSRF_HEADER = "x-csrf-token";

/** The session of the request's cookie. */
export function sessionOf(sandbox: Sandbox, request: FastifyRequest): Session | undefined {
  return sandbox.sessions.find(request.cookies[cookieName(request)] ?? "");
}

/**
 * Rejects a request with a cookie that this session's page did not send:
 *
 * - A browser adds the cookie to the requests of every page of this machine, because SameSite ignores the port. Only the
 *   sandbox's page knows the CSRF token. Each request that changes something must have it.
 * - A second tab may have signed in as another user. The first one still sends its own token.
 *
 * @throws Failure 403
 */
export function refuseForged(session: Session, { method, headers }: FastifyRequest): void {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") {
    throw new Failure(403, "This request is not from the page Manage Keys of this sandbox. Use the page");
  }
  const token = headers[CSRF_HEADER];
  if (method === "GET" && token === undefined) return;
  if (!isSameSecret(String(token ?? ""), session.csrfToken)) {
    const reason = `The header ${CSRF_HEADER} does not fit the session`;
    throw new Failure(403, `${reason}. If you signed in again in another tab, reload this page`);
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
