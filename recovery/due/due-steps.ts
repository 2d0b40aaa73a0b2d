import type { RecordedKey } from "../pulumi/recorded-key";
import type { StackState } from "../pulumi/stack-state";

/**
 * What the next `up` does with a key:
 *
 * - `rotate`: creates the next key.
 * - `retire`: revokes the previous key of a rotation. For a key made by hand, a person revokes it first.
 * - `finish`: ends what an interrupted or failed run left.
 */
export type DueAction = "rotate" | "retire" | "finish";

/**
 * Something to do for a key, without the place of its state.
 *
 * @internal
 */
export interface DueStep {
  readonly action: DueAction;
  /** When; undefined if it is due at once, such as what an interrupted run left. */
  readonly at: Date | undefined;
  readonly key: Pick<RecordedKey, "urn" | "resource" | "isMadeByHand"> & Partial<RecordedKey>;
  /** What to know or do. */
  readonly note: string;
  /** Its operation never ended, so `orphans` comes first. */
  readonly isInterrupted: boolean;
}

/**
 * Everything that is or will be due in a state.
 *
 * @internal
 */
export function dueSteps(state: StackState): DueStep[] {
  const { keys, madeByHand, interrupted } = state;
  const held = [...keys, ...madeByHand].filter(({ evidence }) => evidence !== "pending operation");
  return [
    ...interrupted.map((it) => interruptedStep(it, keys.find(({ urn }) => urn === it.urn) ?? it)),
    ...held.flatMap(stepsOf),
  ];
}

function interruptedStep({ type }: StackState["interrupted"][number], key: DueStep["key"]): DueStep {
  const note = `${type} it never ended, or is still running`;
  return { action: "finish", at: undefined, key, note, isInterrupted: true };
}

function stepsOf(key: RecordedKey): DueStep[] {
  const make = (action: DueAction, at: Date | undefined, note = ""): DueStep => ({
    action,
    at,
    key,
    note,
    isInterrupted: false,
  });
  if (key.isReplaced) return [make("finish", undefined, "replaced, but not revoked yet")];
  const { previous, rotateAt, evidence, pendingAction } = key;
  const steps: DueStep[] = [];
  if (pendingAction === "reconcile") steps.push(make("finish", key.reconcileAfter, SECOND_KEY));
  else if (evidence === "unfinished")
    steps.push(make("finish", undefined, key.isMadeByHand ? NO_VALUE_BY_HAND : NO_VALUE));
  if (previous !== undefined)
    steps.push(
      make("retire", previous.revokeAt, key.isMadeByHand ? revokeByHand(previous.redactedToken) : ""),
    );
  // A resource never has more than two keys, so a rotation waits for the end of the overlap.
  if (key.isTainted)
    steps.push(make("rotate", undefined, "tainted: it is replaced, and the old key is revoked"));
  else if (rotateAt !== undefined) steps.push(make("rotate", latest(rotateAt, previous?.revokeAt)));
  return steps;
}

const NO_VALUE = "it has no value: the next key is created";
const SECOND_KEY = "an earlier attempt may have created a second key: `up` revokes it";
const NO_VALUE_BY_HAND =
  "PayEngine no longer accepts its value: create a private key in PayEngine's dashboard and set adopt.token to it first";

function revokeByHand(redacted: string | undefined): string {
  const which = redacted === undefined ? "" : ` (${redacted})`;
  return `revoke the previous key${which} in PayEngine's dashboard first: API -> Manage Keys`;
}

function latest(one: Date, other: Date = one): Date {
  return one > other ? one : other;
}
