import type { User } from "./account-store";
import type { Operation } from "./contract";
import { Failure } from "./failure";
import { isYounger } from "./key-operations";
import type { StoredKey } from "./key-store";
import type { Sandbox } from "./sandbox";

/** The caller and the private key used. */
export interface Identity {
  caller: User;
  callerKey: StoredKey;
}

/**
 * Identifies the caller by the dialect's scheme and the raw private key: `Authorization: Basic <private key>`.
 *
 * @throws {Failure} 401 for a missing, unknown, revoked, public or not yet usable key; 403 for the role User.
 */
export function authenticate(sandbox: Sandbox, operation: Operation, authorization?: string): Identity {
  const { dialect, keys, accounts, lag } = sandbox;
  if (authorization === undefined) throw new Failure(401, "No authorization header", "E116");
  const [scheme = "", value = ""] = authorization.trim().split(/ +/);
  const isMerchantCall = operation === "merchant" || operation === "getMerchant";
  if (dialect.manageKeys === "consoleOnly" && !isMerchantCall) throw noConsoleToken();
  if (scheme.toLowerCase() !== dialect.scheme.toLowerCase()) {
    // A server that takes keys as Basic treats every Bearer token as a console session.
    throw scheme.toLowerCase() === "bearer" ? noConsoleToken() : invalidKey(401);
  }
  if (keys.isPublicValue(value)) throw new Failure(401, "Invalid API key type", "E122");
  const callerKey = keys.byPrivateValue(value);
  if (!callerKey || isYounger(sandbox, callerKey, lag.newKeyUnusableMs)) throw invalidKey(401);
  if (callerKey.status === "revoked") throw invalidKey(dialect.revokedValue);
  const caller = accounts.user(callerKey.userId);
  if (caller.role === "User") throw new Failure(403, "Insufficient permission for this route", "E120");
  keys.markUsed(callerKey.id);
  return { caller, callerKey };
}

function invalidKey(status: number): Failure {
  return new Failure(status, "Invalid API key", "E121");
}

function noConsoleToken(): Failure {
  return new Failure(401, "jwt malformed");
}
