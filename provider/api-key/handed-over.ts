import ms from "ms";
import type { PayEngineKey } from "../payengine/read-answer";
import { type Context, LONGEST_VERIFICATION } from "./context";
import type { Journal } from "./journal";

/** State does not hold a key that is in use, so it is older than its keys. */
export class OldStateError extends Error {
  override readonly name = "OldStateError";
}

/** Age after which a key is unlikely to be a leftover, which the next update usually finds; in milliseconds. */
const LONG_AGO_MS = 24 * 60 * 60_000;

/**
 * Makes sure that keys which are not in state are leftover keys and not keys in use, which a restored old state does not
 * hold either. Last use tells them apart. If PayEngine shows no last use, an old key that no journal names may be either.
 *
 * @param shown all keys of the resource in the list.
 * @throws OldStateError
 */
export function requireLeftovers(
  { settings, serverNow }: Pick<Context, "settings" | "serverNow">,
  journal: Journal,
  unknown: readonly PayEngineKey[],
  shown: readonly PayEngineKey[],
): void {
  const used = unknown.find((key) => wasHandedOver(key, settings));
  if (used !== undefined)
    throw new OldStateError(`${what(used)} it was last used at ${used.lastUsedAt}. ${RESTORE}`);
  if (shown.some(({ lastUsedAt }) => lastUsedAt !== undefined)) return;
  const isOld = ({ createdAt = "" }: PayEngineKey) =>
    serverNow().getTime() - Date.parse(createdAt) > LONG_AGO_MS;
  const unclear = unknown.find((key) => isOld(key) && !isNamed(journal, key));
  if (unclear !== undefined)
    throw new OldStateError(
      `${what(unclear)} it was created at ${unclear.createdAt}, and PayEngine does not show whether it is in use. ${RESTORE}`,
    );
}

/** Whether a key was used later than the provider can have tested it, so by a consumer. */
export function wasHandedOver(
  { createdAt = "", lastUsedAt = "" }: Pick<PayEngineKey, "createdAt" | "lastUsedAt">,
  { requestTimeout }: Pick<Context["settings"], "requestTimeout">,
): boolean {
  const verified = Date.parse(createdAt) + ms(LONGEST_VERIFICATION) + 2 * requestTimeout;
  return Date.parse(lastUsedAt) > verified;
}

function isNamed({ unresolvedNames, orphanKeyIds }: Journal, { id, name }: PayEngineKey): boolean {
  return unresolvedNames.includes(name) || Object.values(orphanKeyIds).includes(id);
}

function what({ name, id }: PayEngineKey): string {
  return `The key "${name}" (${id}) is not in state and was not revoked:`;
}

const RESTORE =
  "If you restored this state from a backup, restore the latest one. If nothing uses that key, revoke it in PayEngine's " +
  "dashboard. Then run this again.";
