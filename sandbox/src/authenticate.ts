import type { User } from "./account-store";
import { Failure } from "./failure";
import { isYounger } from "./key-operations";
import type { StoredKey } from "./key-store";
import type { Sandbox } from "./sandbox";

/**
 * Who calls, by `Authorization: Basic <private key as it is>`.
 *
 * @throws {Failure} 401 for a key that is unknown, revoked, public or not usable yet; 403 for the role User.
 */
export function authenticate(
  sandbox: Sandbox,
  authorization: string | undefined,
): { caller: User; callerKey: StoredKey } {
  const value = /^Basic +(\S+) *$/i.exec(authorization ?? "")?.[1];
  const callerKey = value === undefined ? undefined : sandbox.keys.authenticate(value);
  if (!callerKey || isYounger(sandbox, callerKey, sandbox.lag.newKeyUnusableMs)) {
    throw new Failure(401, "The API key is missing, unknown or revoked");
  }
  const caller = sandbox.accounts.user(callerKey.userId);
  if (caller.role === "User") throw new Failure(403, "API keys need the role Admin or Developer");
  sandbox.keys.markUsed(callerKey.id);
  return { caller, callerKey };
}
