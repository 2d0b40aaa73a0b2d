import { encryptedOutputs, nameless } from "../encrypted-outputs";
import { type ReadState, readStates, type StateSelection } from "../pulumi/read-states";
import { nameIn } from "../pulumi/recorded-key";
import { type ResourcePlace, resourcePlace } from "../pulumi/resource-place";
import { nothingRead, type SourceProblem, wholeState } from "../unreached";
import { orphansCommand, upCommand } from "./commands";
import { type DueAction, type DueStep, dueSteps } from "./due-steps";

/** Something to do for a key. */
export interface DueKey extends ResourcePlace {
  /** What the next `up` does. */
  readonly action: DueAction;
  /** When (ISO 8601); undefined if it is due at once, such as what an interrupted run left. */
  readonly dueAt: string | undefined;
  /** Name of the resource in the program. */
  readonly resource: string;
  /** URN of that resource. */
  readonly urn: string;
  /** The name of its key at PayEngine, if state has it. */
  readonly keyName: string | undefined;
  /** The ID of its key at PayEngine, if state has it. */
  readonly keyId: string | undefined;
  /** The ID of the previous key of a rotation, if there is one. */
  readonly previousKeyId: string | undefined;
  /** People create and revoke it in PayEngine's dashboard. */
  readonly isMadeByHand: boolean;
  /** What to know, or to do before the commands. */
  readonly note: string;
  /** The commands that do it, in order, for a POSIX shell. */
  readonly commands: readonly string[];
}

/** What the next `up` of some stacks has to do with their keys, and when. */
export interface DueReport {
  /** The format of the report. It changes when a field is removed or gets another meaning. */
  readonly schemaVersion: 1;
  /** This machine's time, with which the dates were compared (ISO 8601). */
  readonly checkedAt: string;
  /** Names of the stacks and paths of the files that were read and hold keys. */
  readonly sources: readonly string[];
  /** Number of keys in these states. */
  readonly keyCount: number;
  /** What is due now, in the order of the dates. */
  readonly due: readonly DueKey[];
  /** What is due within the given time, in the order of the dates. */
  readonly upcoming: readonly DueKey[];
  /** What is due next after now, whenever that is. */
  readonly next: DueKey | undefined;
  /** What could not be read: the report does not cover it. `resources` is empty if it is a whole state. */
  readonly unread: readonly SourceProblem[];
}

/** Which states to read, and how far ahead to look. */
export interface DueOptions extends StateSelection {
  /** Also report what is due within this time, in milliseconds. Default: 0. */
  readonly within?: number | undefined;
  /** The clock. Default: this machine's. */
  readonly now?: (() => Date) | undefined;
  /** Called before each state is read, with text such as "Reading stack 12 of 300". */
  readonly onStep?: ((step: string) => void) | undefined;
}

/**
 * Says which keys must rotate, retire or be finished, and when, from state alone: it sends no request to PayEngine and
 * decrypts nothing.
 *
 * ```ts
 * import { dueKeys } from "pulumi-payengine/recovery";
 *
 * const { due, next } = await dueKeys({ stacks: ["dev", "prod"], cwd: "infra" });
 * for (const { resource, commands } of due) console.log(resource, commands);
 * if (due.length === 0) console.log(`Next: ${next?.resource} at ${next?.dueAt}`);
 * ```
 *
 * @throws Error if Pulumi's CLI does not run, no state can be read, or no stack of the backend has keys.
 */
export async function dueKeys(options: DueOptions = {}): Promise<DueReport> {
  const { within = 0, now = () => new Date() } = options;
  const checkedAt = now();
  const sources: string[] = [];
  const unread: SourceProblem[] = [];
  const found: DueKey[] = [];
  let keyCount = 0;
  for await (const it of readStates(options, options.onStep)) {
    if ("problem" in it) {
      unread.push(wholeState(it.name, it.problem));
      continue;
    }
    const count = countKeys(it);
    if (options.allStacks && count === 0 && it.from !== "file") continue;
    sources.push(it.name);
    keyCount += count;
    unread.push(...encryptedOutputs(it, DATES));
    found.push(...dueSteps(it.state).map((step) => dueKey(step, it, options.cwd)));
  }
  if (sources.length === 0)
    throw unread.length > 0
      ? nothingRead(unread)
      : new Error("No stack of this backend has PayEngine keys; check `pulumi whoami --verbose`.");
  found.sort((left, right) => timeOf(left) - timeOf(right));
  const isBy = (limit: number) => (key: DueKey) => timeOf(key) <= limit;
  const isDue = isBy(checkedAt.getTime());
  const later = found.filter((key) => !isDue(key));
  return {
    schemaVersion: 1,
    checkedAt: checkedAt.toISOString(),
    sources,
    keyCount,
    due: found.filter(isDue),
    upcoming: later.filter(isBy(checkedAt.getTime() + within)),
    next: later[0],
    unread,
  };
}

/** What an interrupted run left has no date: it comes first. */
function timeOf({ dueAt }: DueKey): number {
  return dueAt === undefined ? 0 : Date.parse(dueAt);
}

function countKeys({ state }: ReadState): number {
  const urns = [...state.keys, ...state.madeByHand, ...state.interrupted].map(({ urn }) => urn);
  return new Set(urns).size + nameless(state).length;
}

const DATES = ["rotateAt", "previousRevokeAt", "pendingAction", "reconcileAfter"];

function dueKey(step: DueStep, { name, from }: ReadState, cwd: string | undefined): DueKey {
  const { action, at, key, note, isInterrupted } = step;
  const { place, ...where } = resourcePlace(key.urn, { name, from }, cwd);
  return {
    action,
    dueAt: at?.toISOString(),
    ...where,
    resource: nameIn(key.urn),
    urn: key.urn,
    keyName: key.name,
    keyId: key.keyId,
    previousKeyId: key.previous?.keyId,
    isMadeByHand: key.isMadeByHand,
    note,
    commands: [...(isInterrupted ? [orphansCommand(place)] : []), upCommand(place, key.urn)],
  };
}
