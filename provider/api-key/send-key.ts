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
  /** It is certain that no key was made. */
  | { readonly kind: "refused"; readonly reason: string }
  /** A key may exist, and its value is lost. */
  | { readonly kind: "unresolved"; readonly reason: string; readonly keyId?: string | undefined }
  /** A key exists that is not to be kept, and another attempt would end in the same way. */
  | { readonly kind: "wrong"; readonly reason: string; readonly keyId: string };

/**
 * Asks PayEngine for a key, once; where the contract has a call that reveals the value, by that call.
 *
 * Nothing is asked for before the list of keys has shown that it can be read: what an attempt may leave is found there.
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
      `PayEngine was asked for a ${type} key of this name and answered with a ${redact(created.type, [])} one named ` +
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
  "The response did not include the key's value; where another call of your account shows it, set " +
  "payengine:contract.reveal to that call (`pulumi-payengine doctor`)";

/** Of an answer without an id, which holds the value all the same. */
async function idByName(context: Context, name: string): Promise<string | undefined> {
  try {
    const [key, ...others] = await listLiveKeys(context.client, name, (it) => it === name);
    return others.length === 0 ? key?.id : undefined;
  } catch {
    // The sweep after a lost answer reads the same list, and says what is wrong with it.
    return undefined;
  }
}

/** PayEngine shows the value once: what is lost then, is lost for good. */
async function revealed(context: Context, key: Omit<IssuedKey, "value">): Promise<Sent> {
  const { id: keyId } = key;
  try {
    const value = await context.client.revealKey(keyId);
    if (isWholeValue(value, key.type, key.redacted)) return { kind: "issued", key: { ...key, value } };
    return { kind: "unresolved", reason: "The response to reveal did not include the key's value", keyId };
  } catch (error) {
    const reason = `The key was made, but its value was not revealed: ${messageOf(error)}`;
    // What PayEngine refuses for one key it refuses for the next.
    const isFinal = error instanceof ApiError && isWithoutEffect(error);
    return { kind: isFinal ? "wrong" : "unresolved", reason, keyId };
  }
}

/** An empty list has not shown whether its entries can be read. */
async function listable(context: Context, sent: Extract<Sent, { kind: "issued" }>): Promise<Sent> {
  try {
    await requireReadableList(context.client);
    return sent;
  } catch (error) {
    // An answer in another form comes again; any other failure says nothing about the form, and the key is in hand.
    const isUnreadable = error instanceof ResponseSchemaError;
    return isUnreadable ? { kind: "wrong", reason: messageOf(error), keyId: sent.key.id } : sent;
  }
}
