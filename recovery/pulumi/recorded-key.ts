import { z } from "zod";
import { DEFAULT_API_URL } from "../../provider/payengine/settings";
import { API_KEY_TYPE, NATIVE_API_KEY_TYPE } from "../../provider/resource-type";
import { isEncrypted, readText, revealed } from "./property-text";

const Properties = z.record(z.string(), z.unknown()).default({});

/** A resource as `pulumi stack export` writes it. */
export const StoredResource = z.object({
  /** Printed commands have it as an argument, where another text may be a flag. */
  urn: z.string().startsWith("urn:pulumi:"),
  type: z.string(),
  id: z.string().optional(),
  provider: z.string().optional(),
  /** It was replaced, and its deletion is pending. */
  delete: z.boolean().optional(),
  /** `pulumi state taint` marked it, so that the next `up` replaces it. */
  taint: z.boolean().optional(),
  /** Pulumi does not delete or replace it. */
  protect: z.boolean().optional(),
  /** Pulumi forgets it without a call of the provider. */
  retainOnDelete: z.boolean().optional(),
  inputs: Properties,
  outputs: Properties,
});

export type StoredResource = z.infer<typeof StoredResource>;

/** A key in a stack's state, without its value. */
export interface RecordedKey {
  /** URN of the resource. */
  readonly urn: string;
  /** Its name in the program. */
  readonly resource: string;
  /** Prefix of all names of its keys at PayEngine; used for searches. */
  readonly uniqueName: string;
  /** The key name in state. */
  readonly name: string;
  /** The last name that was sent, if state has it. */
  readonly latestName: string | undefined;
  /** ID of the key whose value is in state; undefined for a key made by hand. */
  readonly keyId: string | undefined;
  readonly createdAt: string | undefined;
  /** Fingerprint of the value in state. */
  readonly fingerprint: string | undefined;
  /** The value in state as PayEngine shows it. */
  readonly redactedToken: string | undefined;
  /** Number of the key: 1 for the first. */
  readonly generation: number;
  /** The first `up` after this time rotates it. */
  readonly rotateAt: Date | undefined;
  /** How long a previous key works, as in the program, such as "7d". */
  readonly overlap: string | undefined;
  /** The previous key of a rotation. */
  readonly previous: PreviousKey | undefined;
  /** What the next `up` has to finish: "create" or "reconcile". */
  readonly pendingAction: string | undefined;
  /** The first `up` after this time can end a pending "reconcile". */
  readonly reconcileAfter: Date | undefined;
  /** "public" or "private". */
  readonly type: string | undefined;
  /** People created it in the dashboard: PayEngine's list does not have it. */
  readonly isMadeByHand: boolean;
  /** Address of the API where it was requested. */
  readonly apiUrl: string;
  /** Fingerprint of the credential that requested it. */
  readonly credentialFingerprint: string | undefined;
  /** The pin of its account in config. */
  readonly pinnedAccountId: string | undefined;
  /** The account ID, if PayEngine returned it. */
  readonly accountId: string | undefined;
  /** A merchant of the account, if it had one. */
  readonly merchantId: string | undefined;
  /** Where it is in state: a resource, an unfinished resource, or a pending operation. */
  readonly evidence: "resource" | "unfinished" | "pending operation";
  /** ID of the key that the resource adopted. */
  readonly adoptedKeyId: string | undefined;
  /** Another resource has replaced it, and the next `up` revokes it. */
  readonly isReplaced: boolean;
  /** `pulumi state taint` marked it, so that the next `up` replaces it. */
  readonly isTainted: boolean;
  /** The option `protect`: Pulumi does not replace it. */
  readonly isProtected: boolean;
  /** The option `retainOnDelete`: a replacement does not revoke it. */
  readonly isRetained: boolean;
  /** Names of the properties that are encrypted: what is read from them is undefined. The values themselves are not among them. */
  readonly encrypted: readonly string[];
  /** Reference to the provider it belongs to, `urn::id`. */
  readonly provider: string;
  /** State has a value without its key ID, so nothing is known about its keys. */
  readonly isDamaged: boolean;
}

/** The previous key of a rotation. */
export interface PreviousKey {
  /** Undefined for a key made by hand. */
  readonly keyId: string | undefined;
  /** When it is to be revoked. */
  readonly revokeAt: Date | undefined;
  /** Fingerprint of its value, if state has it. */
  readonly fingerprint: string | undefined;
  /** Its value as PayEngine shows it, if state has it. */
  readonly redactedToken: string | undefined;
}

export function isKey(resource: StoredResource): boolean {
  return [API_KEY_TYPE, NATIVE_API_KEY_TYPE].includes(resource.type);
}

export function isMadeByHand({ inputs, outputs }: StoredResource): boolean {
  return revealed(inputs.madeByHand) === true || revealed(outputs.madeByHand) === true;
}

/** Says whether PayEngine's list has the key. */
export function isListedKey(resource: StoredResource): boolean {
  return isKey(resource) && !isMadeByHand(resource);
}

/** The key of a resource that state holds. */
export function heldKey(resource: StoredResource): RecordedKey[] {
  const { token, pendingAction } = resource.outputs;
  return recordedKey(
    resource,
    token !== undefined && pendingAction === undefined ? "resource" : "unfinished",
  );
}

/** @returns an empty list if its unique name is not readable. */
export function recordedKey(resource: StoredResource, evidence: RecordedKey["evidence"]): RecordedKey[] {
  const { urn, outputs, provider = "" } = resource;
  const uniqueName = uniqueNameOf(resource);
  if (uniqueName === undefined) return [];
  const told = toldBy(resource);
  const text = (property: string) => readText(told[property]);
  const keyId = outputs.token === undefined ? undefined : text("keyId");
  const isByHand = isMadeByHand(resource);
  return [
    {
      urn,
      resource: nameIn(urn),
      uniqueName,
      name: text("name") ?? uniqueName,
      latestName: text("latestName") ?? text("name"),
      keyId,
      createdAt: text("createdAt"),
      fingerprint: text("fingerprint"),
      redactedToken: text("redactedToken"),
      generation: z.number().catch(1).parse(revealed(told.generation)),
      rotateAt: readTime(text("rotateAt")),
      overlap: readText(Object(revealed(told.rotation)).overlap),
      previous: previousKey(told),
      pendingAction: text("pendingAction"),
      reconcileAfter: readTime(text("reconcileAfter")),
      type: text("type"),
      isMadeByHand: isByHand,
      apiUrl: text("apiUrl") ?? DEFAULT_API_URL,
      credentialFingerprint: text("credentialFingerprint"),
      pinnedAccountId: text("pinnedAccountId"),
      accountId: text("accountId"),
      merchantId: text("merchantId"),
      evidence,
      adoptedKeyId: text("adoptedKeyId"),
      isReplaced: resource.delete === true,
      isTainted: resource.taint === true,
      isProtected: resource.protect === true,
      isRetained: resource.retainOnDelete === true,
      encrypted: Object.keys(told).filter((name) => !VALUES.includes(name) && isEncrypted(told[name])),
      provider,
      isDamaged: !isByHand && outputs.token !== undefined && keyId === undefined,
    },
  ];
}

/** Properties that are always encrypted for a private key. */
const VALUES = ["token", "previousToken", "adopt"];

function previousKey(told: StoredResource["outputs"]): PreviousKey | undefined {
  const keyId = readText(told.previousKeyId);
  if (keyId === undefined && told.previousToken === undefined) return undefined;
  return {
    keyId,
    revokeAt: readTime(readText(told.previousRevokeAt)),
    fingerprint: readText(told.previousFingerprint),
    redactedToken: readText(told.previousRedactedToken),
  };
}

function readTime(text = ""): Date | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A key's outputs, which repeat the inputs; its inputs if it was never created. */
function toldBy({ inputs, outputs }: StoredResource): StoredResource["outputs"] {
  return Object.keys(outputs).length > 0 ? outputs : inputs;
}

export function uniqueNameOf({ inputs, outputs }: StoredResource): string | undefined {
  return readText(outputs.uniqueName) ?? readText(inputs.uniqueName);
}

/** A program may make any output a secret, including names and IDs. */
export function isHidden(resource: StoredResource): boolean {
  const { keyId, previousKeyId, apiUrl } = toldBy(resource);
  return uniqueNameOf(resource) === undefined || [keyId, previousKeyId, apiUrl].some(isEncrypted);
}

/** The last part of a URN: the resource's name in the program. */
export function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
