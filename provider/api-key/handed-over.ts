import ms from "ms";
import type { PayEngineKey } from "../payengine/read-answer";
import { type Context, LONGEST_VERIFICATION } from "./context";
import type { Journal } from "./journal";

/** State does not know a key that is in use: it is older than its keys. */
export class OldStateError extends Error {
  override readonly name = "OldStateError";
}

/** What an interrupted attempt has left is usually found by the next update; in milliseconds. */
const LONG_AGO_MS = 24 * 60 * 60_000;

/**
 * Makes sure that keys which state does not know are what interrupted attempts have left, and no key that a later `up`
 * has handed over: a restored old state does not know that one either. Last use tells them apart. Where PayEngine tells
 * none, a key that no journal names and that was made long ago may be either.
 *
 * @param shown all keys of the resource that the list shows.
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
    throw new OldStateError(`${what(used)} it was used at ${used.lastUsedAt}. ${RESTORE}`);
  if (shown.some(({ lastUsedAt }) => lastUsedAt !== undefined)) return;
  const isOld = ({ createdAt = "" }: PayEngineKey) =>
    serverNow().getTime() - Date.parse(createdAt) > LONG_AGO_MS;
  const unclear = unknown.find((key) => isOld(key) && !isNamed(journal, key));
  if (unclear !== undefined)
    throw new OldStateError(
      `${what(unclear)} it was made at ${unclear.createdAt}, and PayEngine does not tell whether it is in use. ${RESTORE}`,
    );
}

/** Says whether a key was used later than the provider itself may have tried it: by those who were given its value. */
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
  return `State does not know the key "${name}" (${id}), which was not revoked:`;
}

const RESTORE =
  "If this state was restored from a backup, restore the latest one; if nothing uses that key, revoke it in PayEngine's " +
  "dashboard. Then run this again.";
