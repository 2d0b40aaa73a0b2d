import { ApiError, messageOf, ResponseSchemaError } from "../payengine/errors";
import { listLiveKeys, requireReadableList } from "../payengine/key-list";
import { isWholeValue } from "../payengine/key-value";
import type { CreatedKey } from "../payengine/read-answer";
import { redact } from "../payengine/redact";
import { isWithoutEffect } from "../payengine/retry-policy";
import type { Context } from "./context";
import type { IssuedKey } from "./schema";

/** How one request to create a key ends. */
export type Sent =
  /** The key exists and its value is known. */
  | { readonly kind: "issued"; readonly key: IssuedKey }
  /** Certainly no key was created. */
  | { readonly kind: "refused"; readonly reason: string }
  /** A key may exist, and its value was lost. */
  | { readonly kind: "unresolved"; readonly reason: string; readonly keyId?: string | undefined }
  /** A key exists that must be revoked, and another attempt would end the same way. */
  | { readonly kind: "wrong"; readonly reason: string; readonly keyId: string };

/**
 * Requests one key, and reveals its value if the contract has a request for that.
 *
 * It first makes sure that the list of keys can be read, because recovery finds leftover keys there.
 *
 * @mechanism lost answers
 */
export async function sendKey(context: Context, name: string, type: string): Promise<Sent> {
  let listed: number;
  try {
    listed = await context.readableList();
  } catch (error) {
    const isUnread = error instanceof ResponseSchemaError;
    return { kind: "refused", reason: `${messageOf(error)}${isUnread ? ASK_DOCTOR : ""}` };
  }
  let created: CreatedKey;
  try {
    created = await context.client.createKey({ name, type });
  } catch (error) {
    return { kind: isWithoutEffect(error) ? "refused" : "unresolved", reason: messageOf(error) };
  }
  const sent = await judge(context, created, name, type);
  return sent.kind === "issued" && listed === 0 ? listable(context, sent) : sent;
}

const ASK_DOCTOR =
  "; run `pulumi-payengine doctor`, which only reads and prints the payengine:contract that fits this account";

async function judge(context: Context, created: CreatedKey, name: string, type: string): Promise<Sent> {
  const id = created.id ?? (await idByName(context, name));
  if (id === undefined)
    return {
      kind: "unresolved",
      reason: "The response did not include the key's id",
      keyId: created.likelyId,
    };
  const isOther = [
    [created.name, name],
    [created.type, type],
  ].some(([told, asked]) => told !== "" && told !== asked);
  if (isOther) {
    const reason =
      `The request was for a ${type} key with this name, but PayEngine returned a ${redact(created.type, [])} key named ` +
      `"${redact(created.name, [])}" (${redact(id, [])})`;
    return { kind: "wrong", reason, keyId: id };
  }
  const createdAt = created.createdAt ?? context.serverNow().toISOString();
  const { status, isRevoked, redacted, lastUsedAt } = created;
  const key = { id, name, type, status, isRevoked, redacted, createdAt, lastUsedAt };
  if (isWholeValue(created.value, type, created.redacted)) {
    return { kind: "issued", key: { ...key, value: created.value } };
  }
  return context.client.contract.calls.reveal === undefined
    ? { kind: "unresolved", reason: NO_VALUE, keyId: id }
    : revealed(context, key);
}

const NO_VALUE =
  "The response did not include the key's value; if another request of your account shows it, set " +
  "payengine:contract.reveal to that request (`pulumi-payengine doctor`)";

/** The ID of a key whose creation returned none. */
async function idByName(context: Context, name: string): Promise<string | undefined> {
  try {
    const [key, ...others] = await listLiveKeys(context.client, name, (it) => it === name);
    return others.length === 0 ? key?.id : undefined;
  } catch {
    // The following sweep reads the same list and reports the error.
    return undefined;
  }
}

/** PayEngine shows the value once, so a lost response loses it for good. */
async function revealed(context: Context, key: Omit<IssuedKey, "value">): Promise<Sent> {
  const { id: keyId } = key;
  try {
    const value = await context.client.revealKey(keyId);
    if (isWholeValue(value, key.type, key.redacted)) return { kind: "issued", key: { ...key, value } };
    return { kind: "unresolved", reason: "The response to reveal did not include the key's value", keyId };
  } catch (error) {
    const reason = `The key was created, but its value was not revealed: ${messageOf(error)}`;
    // PayEngine would refuse the next key too.
    const isFinal = error instanceof ApiError && isWithoutEffect(error);
    return { kind: isFinal ? "wrong" : "unresolved", reason, keyId };
  }
}

/** An empty list did not show whether entries can be read, so it is read again. */
async function listable(context: Context, sent: Extract<Sent, { kind: "issued" }>): Promise<Sent> {
  try {
    await requireReadableList(context.client);
    return sent;
  } catch (error) {
    // An unreadable list stays unreadable. Any other failure does not concern the format, and the key is usable.
    const isUnreadable = error instanceof ResponseSchemaError;
    return isUnreadable ? { kind: "wrong", reason: messageOf(error), keyId: sent.key.id } : sent;
  }
}
