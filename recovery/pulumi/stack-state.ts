import { z } from "zod";
import { neededVersion } from "../../provider/api-key/state";
import { parseJson } from "../../provider/payengine/parse-json";
import { DEFAULT_API_URL } from "../../provider/payengine/settings";
import { API_KEY_TYPE } from "../../provider/resource-type";
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

/** A key that a stack's state speaks of. No value of a key is in it. */
export interface RecordedKey {
  /** URN of the resource. */
  readonly urn: string;
  /** Its name in the program. */
  readonly resource: string;
  /** What every name of its keys at PayEngine begins with, and what is searched for. */
  readonly uniqueName: string;
  /** The key's name at PayEngine, as state has it. */
  readonly name: string;
  /** The name that was posted last, as far as state tells. */
  readonly latestName: string | undefined;
  /** Id of the key whose value state holds. */
  readonly keyId: string | undefined;
  readonly createdAt: string | undefined;
  /** The key that a rotation has replaced, and when its time is over. */
  readonly previous: { readonly keyId: string; readonly revokeAt: Date | undefined } | undefined;
  /** "public" or "private". */
  readonly type: string | undefined;
  /** Address of the API at which it was asked for. */
  readonly apiUrl: string;
  /** Which credential asked for it. */
  readonly credentialFingerprint: string | undefined;
  /** What config pinned its account by. */
  readonly pinnedAccountId: string | undefined;
  /** The account's id, where PayEngine told it. */
  readonly accountId: string | undefined;
  /** A merchant of the account, where it had one. */
  readonly merchantId: string | undefined;
  /** Where it stands: in a resource, or in an operation that never ended. */
  readonly evidence: "resource" | "unfinished" | "pending operation";
  /** Reference to the provider it belongs to, `urn::id`. */
  readonly provider: string;
  /** State holds a value, but not of which key: nothing can be said of its keys. */
  readonly isDamaged: boolean;
}

/** What recovery reads of a stack's state. */
export interface StackState {
  /** When state was last written. */
  readonly changedAt: Date;
  readonly keys: readonly RecordedKey[];
  /** Resources whose keys people make: PayEngine tells nothing of these keys. */
  readonly madeByHand: readonly string[];
  /** Resources whose names and ids are encrypted; they show after an export with secrets. */
  readonly hidden: readonly string[];
  readonly providers: ReadonlyMap<string, RecordedProvider>;
  /** Name of the project, where state holds any resource. */
  readonly project: string | undefined;
  /** URN of the stack itself. */
  readonly root: string | undefined;
  /** Operations that never ended, of any resource: `type urn`. */
  readonly pendingOperations: readonly string[];
  /** All of them are creations of keys whose names are known, or work on keys that state holds besides. */
  readonly onlyOwnOperations: boolean;
  /** How secrets are encrypted, such as "passphrase". */
  readonly secretsProvider: string | undefined;
}

/**
 * Reads what `pulumi stack export` prints.
 *
 * @throws Error where it is not a stack's state, or a newer version of this package has written it.
 */
export function readStackState(text: string): StackState {
  const parsed = Export.safeParse(parseJson(text));
  if (!parsed.success)
    throw new Error("This is not the state of a stack as `pulumi stack export` prints it.");
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
      providers.map((provider) => [`${provider.urn}::${provider.id}`, recordedProvider(provider.inputs)]),
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
 * Of a deletion or change that never ended, state holds the key besides: clearing the operation drops no evidence, and the
 * next `up` or destroy goes on.
 */
function isOnHeldKey({ type, resource }: PendingOperation, resources: readonly Resource[]): boolean {
  const { urn, id } = resource;
  return (
    ["deleting", "updating"].includes(type) &&
    isKey(resource) &&
    resources.some((held) => held.urn === urn && held.id === id)
  );
}

/** A newer version of this package has written the state. */
export class NewerStateError extends Error {
  override readonly name = "NewerStateError";
}

function requirePresentForm(keys: readonly Resource[]): void {
  const needed = keys.map(({ outputs }) => neededVersion(outputs)).find((version) => version !== undefined);
  if (needed === undefined) return;
  throw new NewerStateError(
    "Keys of this stack were written by a newer version of pulumi-payengine, so nothing can be said of them. Install " +
      `pulumi-payengine ${needed} or later, and run this again.`,
  );
}

function isKey(resource: Resource): boolean {
  return resource.type === API_KEY_TYPE;
}

function isMadeByHand({ inputs, outputs }: Resource): boolean {
  return revealed(inputs.madeByHand) === true || revealed(outputs.madeByHand) === true;
}

/** Says whether it is a key that PayEngine's list shows. */
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

/** What is known of a key: its outputs, which repeat the inputs; of one that never was, the inputs. */
function toldBy({ inputs, outputs }: Resource): Resource["outputs"] {
  return Object.keys(outputs).length > 0 ? outputs : inputs;
}

function uniqueNameOf({ inputs, outputs }: Resource): string | undefined {
  return readText(outputs.uniqueName) ?? readText(inputs.uniqueName);
}

/** A program may ask for any output to be kept as a secret, also for what keys are known by. */
function isHidden(resource: Resource): boolean {
  const { keyId, previousKeyId, apiUrl } = toldBy(resource);
  return uniqueNameOf(resource) === undefined || [keyId, previousKeyId, apiUrl].some(isEncrypted);
}

function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
