import type { FastifyRequest } from "fastify";
import type { User } from "./account-store";
import type { Operation } from "./contract";
import { Failure } from "./failure";
import { isYounger } from "./key-operations";
import type { StoredKey } from "./key-store";
import { refuseForged, sessionOf } from "./page/signed-in";
import type { Sandbox } from "./sandbox";

/** The caller, and what identified the caller. */
export interface Identity {
  caller: User;
  /** The private key used; absent for a person who is signed in on the page. */
  callerKey?: StoredKey;
}

/**
 * Identifies the caller by the dialect's scheme and the raw private key (`Authorization: Basic <private key>`), or else by
 * the session of the page.
 *
 * @throws {Failure} 401 for a missing, unknown, revoked, public or not yet usable key; 403 for the role User, and for a
 * request with a cookie that the page did not send.
 */
export function authenticate(sandbox: Sandbox, operation: Operation, request: FastifyRequest): Identity {
  const { authorization } = request.headers;
  if (authorization === undefined) return signedInUser(sandbox, request);
  const isMerchantCall = operation === "merchant" || operation === "getMerchant";
  if (sandbox.dialect.manageKeys === "consoleOnly" && !isMerchantCall) throw noConsoleToken();
  const { caller, callerKey } = keyHolder(sandbox, authorization);
  refuseRoleUser(caller);
  sandbox.keys.markUsed(callerKey.id);
  return { caller, callerKey };
}

/**
 * The owner of the private key in an Authorization header, with any role.
 *
 * @throws {Failure} 401, or the dialect's status for a revoked key.
 */
export function keyHolder(sandbox: Sandbox, authorization: string): Required<Identity> {
  const { dialect, keys, accounts, lag } = sandbox;
  const [scheme = "", value = ""] = authorization.trim().split(/ +/);
  if (scheme.toLowerCase() !== dialect.scheme.toLowerCase()) {
    // A server that takes keys as Basic treats every Bearer token as a console session.
    throw scheme.toLowerCase() === "bearer" ? noConsoleToken() : invalidKey(401);
  }
  if (keys.isPublicValue(value)) throw new Failure(401, "Invalid API key type", "E122");
  const callerKey = keys.byPrivateValue(value);
  if (!callerKey || isYounger(sandbox, callerKey, lag.newKeyUnusableMs)) throw invalidKey(401);
  if (callerKey.status === "revoked") throw invalidKey(dialect.revokedValue);
  return { caller: accounts.user(callerKey.userId), callerKey };
}

function signedInUser(sandbox: Sandbox, request: FastifyRequest): Identity {
  const session = sessionOf(sandbox, request);
  if (!session) throw new Failure(401, "No authorization header", "E116");
  refuseForged(session, request);
  const caller = sandbox.accounts.user(session.userId);
  refuseRoleUser(caller);
  return { caller };
}

function refuseRoleUser({ role }: User): void {
  if (role === "User") throw new Failure(403, "Insufficient permission for this route", "E120");
}

function invalidKey(status: number): Failure {
  return new Failure(status, "Invalid API key", "E121");
}

function noConsoleToken(): Failure {
  return new Failure(401, "jwt malformed");
}
