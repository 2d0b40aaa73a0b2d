import { z } from "zod";
import { neededVersion } from "../../provider/api-key/state";
import { parseJson } from "../../provider/payengine/parse-json";
import { DEFAULT_API_URL } from "../../provider/payengine/settings";
import { API_KEY_TYPE, NATIVE_API_KEY_TYPE } from "../../provider/resource-type";
import { isEncrypted, readText, revealed } from "./property-text";
import { type RecordedProvider, recordedProvider } from "./recorded-provider";

const Properties = z.record(z.string(), z.unknown()).default({});

const Resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  provider: z.string().optional(),
  inputs: Properties,
  outputs: Properties,
});

type Resource = z.infer<typeof Resource>;

const PendingOperation = z.object({ resource: Resource, type: z.string() });

type PendingOperation = z.infer<typeof PendingOperation>;

const Export = z.object({
  deployment: z.object({
    manifest: z.object({ time: z.iso.datetime({ offset: true }) }),
    secrets_providers: z.object({ type: z.string() }).optional(),
    resources: z.array(Resource).default([]),
    pending_operations: z.array(PendingOperation).default([]),
  }),
});

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
  /** ID of the key whose value is in state. */
  readonly keyId: string | undefined;
  readonly createdAt: string | undefined;
  /** The previous key of a rotation, and when it is to be revoked. */
  readonly previous: { readonly keyId: string; readonly revokeAt: Date | undefined } | undefined;
  /** "public" or "private". */
  readonly type: string | undefined;
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
  /** Reference to the provider it belongs to, `urn::id`. */
  readonly provider: string;
  /** State has a value without its key ID, so nothing is known about its keys. */
  readonly isDamaged: boolean;
}

/** The parts of a stack's state that recovery uses. */
export interface StackState {
  /** When state was last written. */
  readonly changedAt: Date;
  readonly keys: readonly RecordedKey[];
  /** Resources with hand-made keys, which PayEngine cannot list. */
  readonly madeByHand: readonly string[];
  /** Resources whose names and IDs are encrypted. An export with secrets shows them. */
  readonly hidden: readonly string[];
  readonly providers: ReadonlyMap<string, RecordedProvider>;
  /** Name of the project, if state has any resource. */
  readonly project: string | undefined;
  /** URN of the stack itself. */
  readonly root: string | undefined;
  /** Operations that never ended, of any resource: `type urn`. */
  readonly pendingOperations: readonly string[];
  /** All pending operations create keys with known names, or change keys that are also in state. */
  readonly onlyOwnOperations: boolean;
  /** How secrets are encrypted, such as "passphrase". */
  readonly secretsProvider: string | undefined;
}

/**
 * Reads the output of `pulumi stack export`.
 *
 * @throws Error if it is not a stack's state, or a newer version of this package wrote it.
 */
export function readStackState(text: string): StackState {
  const parsed = Export.safeParse(parseJson(text));
  if (!parsed.success) throw new Error("This is not a stack's state from `pulumi stack export`.");
  const { manifest, resources, pending_operations: pending, secrets_providers } = parsed.data.deployment;
  requirePresentForm(resources.filter(isKey));
  const providers = resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
  const evidence = pending.filter((it) => !isOnHeldKey(it, resources));
  const pendingKeys = evidence.map(({ resource }) => resource).filter(isListedKey);
  const own = [...resources.filter(isListedKey), ...pendingKeys];
  return {
    changedAt: new Date(manifest.time),
    project: [...resources, ...pending.map(({ resource }) => resource)].at(0)?.urn.split("::").at(1),
    root: resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn,
    keys: [
      ...resources.filter(isListedKey).flatMap((resource) => recordedKey(resource, evidenceOf(resource))),
      ...pendingKeys.flatMap((resource) => recordedKey(resource, "pending operation")),
    ],
    madeByHand: resources.filter((it) => isKey(it) && isMadeByHand(it)).map(({ urn }) => nameIn(urn)),
    hidden: own.filter(isHidden).map(({ urn }) => nameIn(urn)),
    providers: new Map(
      providers.map((provider) => [`${provider.urn}::${provider.id}`, recordedProvider(provider)]),
    ),
    pendingOperations: pending.map(({ type, resource }) => `${type} ${resource.urn}`),
    onlyOwnOperations: evidence.every(
      ({ type, resource }) =>
        type === "creating" &&
        isKey(resource) &&
        (isMadeByHand(resource) || uniqueNameOf(resource) !== undefined),
    ),
    secretsProvider: secrets_providers?.type,
  };
}

/**
 * A pending delete or update has its key in state too, so clearing the operation loses nothing: the next `up` or destroy
 * continues.
 */
function isOnHeldKey({ type, resource }: PendingOperation, resources: readonly Resource[]): boolean {
  const { urn, id } = resource;
  return (
    ["deleting", "updating"].includes(type) &&
    isKey(resource) &&
    resources.some((held) => held.urn === urn && held.id === id)
  );
}

/** A newer version of this package wrote the state. */
export class NewerStateError extends Error {
  override readonly name = "NewerStateError";
}

function requirePresentForm(keys: readonly Resource[]): void {
  const needed = keys.map(({ outputs }) => neededVersion(outputs)).find((version) => version !== undefined);
  if (needed === undefined) return;
  throw new NewerStateError(
    "A newer version of pulumi-payengine wrote keys of this stack, which this version cannot read. Install " +
      `pulumi-payengine ${needed} or later, and run this again.`,
  );
}

function isKey(resource: Resource): boolean {
  return [API_KEY_TYPE, NATIVE_API_KEY_TYPE].includes(resource.type);
}

function isMadeByHand({ inputs, outputs }: Resource): boolean {
  return revealed(inputs.madeByHand) === true || revealed(outputs.madeByHand) === true;
}

/** Says whether PayEngine's list has the key. */
function isListedKey(resource: Resource): boolean {
  return isKey(resource) && !isMadeByHand(resource);
}

function evidenceOf({ outputs }: Resource): RecordedKey["evidence"] {
  return outputs.token !== undefined && outputs.pendingAction === undefined ? "resource" : "unfinished";
}

function recordedKey(resource: Resource, evidence: RecordedKey["evidence"]): RecordedKey[] {
  const { urn, outputs, provider = "" } = resource;
  const uniqueName = uniqueNameOf(resource);
  if (uniqueName === undefined) return [];
  const text = (property: string) => readText(toldBy(resource)[property]);
  const keyId = outputs.token === undefined ? undefined : text("keyId");
  return [
    {
      urn,
      resource: nameIn(urn),
      uniqueName,
      name: text("name") ?? uniqueName,
      latestName: text("latestName") ?? text("name"),
      keyId,
      createdAt: text("createdAt"),
      previous: previousOf(text("previousKeyId"), text("previousRevokeAt")),
      type: text("type"),
      apiUrl: text("apiUrl") ?? DEFAULT_API_URL,
      credentialFingerprint: text("credentialFingerprint"),
      pinnedAccountId: text("pinnedAccountId"),
      accountId: text("accountId"),
      merchantId: text("merchantId"),
      evidence,
      provider,
      isDamaged: outputs.token !== undefined && keyId === undefined,
    },
  ];
}

function previousOf(keyId: string | undefined, revokeAt: string | undefined): RecordedKey["previous"] {
  if (keyId === undefined) return undefined;
  const date = new Date(revokeAt ?? "");
  return { keyId, revokeAt: Number.isNaN(date.getTime()) ? undefined : date };
}

/** A key's outputs, which repeat the inputs; its inputs if it was never created. */
function toldBy({ inputs, outputs }: Resource): Resource["outputs"] {
  return Object.keys(outputs).length > 0 ? outputs : inputs;
}

function uniqueNameOf({ inputs, outputs }: Resource): string | undefined {
  return readText(outputs.uniqueName) ?? readText(inputs.uniqueName);
}

/** A program may make any output a secret, including names and IDs. */
function isHidden(resource: Resource): boolean {
  const { keyId, previousKeyId, apiUrl } = toldBy(resource);
  return uniqueNameOf(resource) === undefined || [keyId, previousKeyId, apiUrl].some(isEncrypted);
}

function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
