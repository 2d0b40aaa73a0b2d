import type { FastifyRequest } from "fastify";
import type { User } from "../account-store";
import { keyHolder } from "../authenticate";
import { Failure } from "../failure";
import type { StoredKey } from "../key-store";
import type { Sandbox } from "../sandbox";
import { refuseForged, sessionOf } from "./signed-in";

/** A person who is signed in: with a private key, or by a session. */
export interface Visitor {
  caller: User;
  callerKey?: StoredKey;
  csrfToken?: string;
}

/**
 * The person who sent a request for a part of the page, with any role. Does not count as a use of the key.
 *
 * @throws {Failure} 401 or 403
 */
export function visitorOf(sandbox: Sandbox, request: FastifyRequest): Visitor {
  const { authorization } = request.headers;
  if (authorization !== undefined) return keyHolder(sandbox, authorization);
  const session = sessionOf(sandbox, request);
  if (!session) throw new Failure(401, "You are signed out. Sign in again");
  refuseForged(session, request);
  return { caller: sandbox.accounts.user(session.userId), csrfToken: session.csrfToken };
}

/** @throws {Failure} 403 for the role User. */
export function managerOf(sandbox: Sandbox, request: FastifyRequest): Visitor {
  const visitor = visitorOf(sandbox, request);
  if (visitor.caller.role === "User") {
    throw new Failure(403, "Managing API keys needs the role Admin or Developer", "E120");
  }
  return visitor;
}
