import { z } from "zod";
import { neededVersion } from "../../provider/api-key/state";
import { parseJson } from "../../provider/payengine/parse-json";
import {
  heldKey,
  isHidden,
  isKey,
  isListedKey,
  isMadeByHand,
  nameIn,
  type RecordedKey,
  recordedKey,
  StoredResource,
  uniqueNameOf,
} from "./recorded-key";
import { type RecordedProvider, recordedProvider } from "./recorded-provider";

const PendingOperation = z.object({ resource: StoredResource, type: z.string() });

type PendingOperation = z.infer<typeof PendingOperation>;

const Export = z.object({
  deployment: z.object({
    manifest: z.object({ time: z.iso.datetime({ offset: true }) }),
    secrets_providers: z.object({ type: z.string() }).optional(),
    resources: z.array(StoredResource).default([]),
    pending_operations: z.array(PendingOperation).default([]),
  }),
});

/** A key whose operation never ended. */
export interface InterruptedKey extends Pick<RecordedKey, "urn" | "resource" | "isMadeByHand"> {
  /** The engine's word for the operation, such as "creating". */
  readonly type: string;
}

/** The parts of a stack's state that recovery uses. */
export interface StackState {
  /** When state was last written. */
  readonly changedAt: Date;
  readonly keys: readonly RecordedKey[];
  /** Keys that people created in the dashboard, which PayEngine cannot list. */
  readonly madeByHand: readonly RecordedKey[];
  /** Resources whose names and IDs are encrypted. An export with secrets shows them. */
  readonly hidden: readonly string[];
  /** Resources with hand-made keys whose names are encrypted: they are not in `madeByHand`. */
  readonly hiddenByHand: readonly string[];
  readonly providers: ReadonlyMap<string, RecordedProvider>;
  /** Name of the project, if state has any resource. */
  readonly project: string | undefined;
  /** URN of the stack itself. */
  readonly root: string | undefined;
  /** Operations that never ended, of any resource: `type urn`. */
  readonly pendingOperations: readonly string[];
  /** Keys with an operation that never ended, made by hand or not. */
  readonly interrupted: readonly InterruptedKey[];
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
      ...resources.filter(isListedKey).flatMap(heldKey),
      ...pendingKeys.flatMap((resource) => recordedKey(resource, "pending operation")),
    ],
    madeByHand: resources.filter((it) => isKey(it) && isMadeByHand(it)).flatMap(heldKey),
    hidden: own.filter(isHidden).map(({ urn }) => nameIn(urn)),
    hiddenByHand: resources
      .filter((it) => isKey(it) && isMadeByHand(it) && uniqueNameOf(it) === undefined)
      .map(({ urn }) => nameIn(urn)),
    providers: new Map(
      providers.map((provider) => [`${provider.urn}::${provider.id}`, recordedProvider(provider)]),
    ),
    pendingOperations: pending.map(({ type, resource }) => `${type} ${resource.urn}`),
    interrupted: pending
      .filter(({ resource }) => isKey(resource))
      .map(({ type, resource }) => ({
        type,
        urn: resource.urn,
        resource: nameIn(resource.urn),
        isMadeByHand: isMadeByHand(resource),
      })),
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
function isOnHeldKey({ type, resource }: PendingOperation, resources: readonly StoredResource[]): boolean {
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

function requirePresentForm(keys: readonly StoredResource[]): void {
  const needed = keys.map(({ outputs }) => neededVersion(outputs)).find((version) => version !== undefined);
  if (needed === undefined) return;
  throw new NewerStateError(
    "A newer version of pulumi-payengine wrote keys of this stack, which this version cannot read. Install " +
      `pulumi-payengine ${needed} or later, and run this again.`,
  );
}
