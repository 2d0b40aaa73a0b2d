import { encryptedOutputs } from "../encrypted-outputs";
import { type ReadState, readStates, type StateSelection } from "../pulumi/read-states";
import { type ResourcePlace, resourcePlace } from "../pulumi/resource-place";
import { type SourceProblem, wholeState } from "../unreached";
import { type HeldKey, type KnownCredential, KnownKeys } from "./known-keys";
import { replacementOf } from "./replacement";
import { type Input, scanInput } from "./scan-input";

/** A key that the input has, or may have. */
export interface FoundKey extends ResourcePlace {
  /** `exact`: the input has its value. `possible`: the input has a redacted form that fits; other keys may fit too. */
  readonly match: "exact" | "possible";
  /** Whether it is the current key of the resource, or the previous one of a rotation. */
  readonly which: "current" | "previous";
  /** "public" or "private". */
  readonly type: string | undefined;
  /** Name of the resource in the program. */
  readonly resource: string;
  /** URN of that resource. */
  readonly urn: string;
  /** Its name at PayEngine. State does not have a previous key's name. */
  readonly keyName: string | undefined;
  /** Its ID at PayEngine, if state has it. */
  readonly keyId: string | undefined;
  /** Number of the key, counted from 1. */
  readonly generation: number;
  /** When it was created (ISO 8601), if state has it. */
  readonly createdAt: string | undefined;
  /** For a previous key: the first `up` after this time revokes it (ISO 8601). */
  readonly revokeAt: string | undefined;
  /** ID of its account, if PayEngine returned it. */
  readonly accountId: string | undefined;
  /** The pin of its account in config. */
  readonly pinnedAccountId: string | undefined;
  /** Address of its API. */
  readonly apiUrl: string;
  /** People create and revoke it in PayEngine's dashboard. */
  readonly isMadeByHand: boolean;
  /** The commands that replace or revoke it, in order, for a POSIX shell. */
  readonly commands: readonly string[];
  /** What to know, or what to do around the commands; empty if they are enough. */
  readonly note: string;
}

/** Whose keys an input has. No part of the input is in it. */
export interface WhoseReport {
  /** The format of the report. It changes when a field is removed or gets another meaning. */
  readonly schemaVersion: 1;
  /** Keys whose values the input has, then keys that fit a redacted form in it. */
  readonly keys: readonly FoundKey[];
  /** Provider credentials in the input: each has created keys of a stack. */
  readonly credentials: readonly KnownCredential[];
  /** Names of the stacks and paths of the files that were compared. */
  readonly sources: readonly string[];
  /** Number of keys in these states. */
  readonly keyCount: number;
  /** What could not be compared. `resources` is empty if it is a whole state. */
  readonly unread: readonly SourceProblem[];
  /** Whether anything in the input can be a key. */
  readonly hasCandidate: boolean;
  /** Whether the input has a public key that is in none of the states. */
  readonly hasUnknownPublicKey: boolean;
  /** Whether the input is not text, such as a compressed file: a key in it may not have been seen. */
  readonly isBinary: boolean;
}

/** Which states to compare with. */
export interface WhoseOptions extends StateSelection {
  /** The clock. Default: this machine's. */
  readonly now?: (() => Date) | undefined;
  /** Called before each state is read, with text such as "Reading stack 12 of 300". */
  readonly onStep?: ((step: string) => void) | undefined;
}

/**
 * Says whose keys a text has: a token, a redacted form, or a whole log. Keys are compared by fingerprint. No state is
 * decrypted. No part of the text is sent anywhere, and none is in the report.
 *
 * ```ts
 * import { createReadStream } from "node:fs";
 * import { whoseKeys } from "pulumi-payengine/recovery";
 *
 * const { keys } = await whoseKeys(createReadStream("app.log"), { allStacks: true });
 * for (const { stack, urn, commands } of keys) console.log(stack, urn, commands);
 * ```
 *
 * @param input of any length, such as a stream: UTF-8, or UTF-16 with a byte order mark.
 * @throws Error if Pulumi's CLI does not run, or the selection has no stack.
 */
export async function whoseKeys(input: Input, options: WhoseOptions = {}): Promise<WhoseReport> {
  const { now = () => new Date(), onStep = () => {} } = options;
  const known = new KnownKeys();
  const sources: string[] = [];
  const unread: SourceProblem[] = [];
  let keyCount = 0;
  for await (const it of readStates(options, onStep)) {
    if ("problem" in it) {
      unread.push(wholeState(it.name, it.problem));
      continue;
    }
    known.add(it);
    sources.push(it.name);
    keyCount += it.state.keys.length + it.state.madeByHand.length;
    unread.push(...notComparable(it));
  }
  onStep("Reading the input");
  const { exact, possible, credentials, ...facts } = await scanInput(input, known);
  const found = (match: FoundKey["match"], held: Iterable<HeldKey>) =>
    [...held].map((each) => foundKey(match, each, options.cwd, now())).sort(byPlace);
  const fitting = [...possible].filter((held) => !exact.has(held));
  return {
    schemaVersion: 1,
    keys: [...found("exact", exact), ...found("possible", fitting)],
    credentials: [...credentials],
    sources,
    keyCount,
    unread,
    ...facts,
  };
}

const COMPARED = ["fingerprint", "redactedToken", "previousFingerprint", "previousRedactedToken"];

/** A version before this one wrote no fingerprint of a previous key. */
function notComparable(read: ReadState): SourceProblem[] {
  const { name, state } = read;
  const unknown = [...state.keys, ...state.madeByHand].filter(
    ({ previous, encrypted }) =>
      previous !== undefined &&
      previous.fingerprint === undefined &&
      !COMPARED.some((output) => encrypted.includes(output)),
  );
  const problem =
    "state has no fingerprint of its previous key; compare the input with that key's redacted form in PayEngine's dashboard";
  const resources = unknown.map(({ resource }) => resource);
  return [
    ...encryptedOutputs(read, COMPARED),
    ...(unknown.length > 0 ? [{ source: name, resources, problem }] : []),
  ];
}

function foundKey(match: FoundKey["match"], held: HeldKey, cwd: string | undefined, now: Date): FoundKey {
  const { key, which, source, from } = held;
  const { urn, resource, type, accountId, pinnedAccountId, apiUrl, isMadeByHand, previous } = key;
  const isCurrent = which === "current";
  const { place, ...where } = resourcePlace(urn, { name: source, from }, cwd);
  return {
    match,
    which,
    type,
    ...where,
    resource,
    urn,
    keyName: isCurrent ? key.name : undefined,
    keyId: isCurrent ? key.keyId : previous?.keyId,
    generation: isCurrent ? key.generation : key.generation - 1,
    createdAt: isCurrent ? key.createdAt : undefined,
    revokeAt: isCurrent ? undefined : previous?.revokeAt?.toISOString(),
    accountId,
    pinnedAccountId,
    apiUrl,
    isMadeByHand,
    ...replacementOf(held, place, now),
  };
}

function byPlace(left: FoundKey, right: FoundKey): number {
  const text = ({ source, urn, which }: FoundKey) => [source, urn, which].join("\n");
  return text(left).localeCompare(text(right));
}
