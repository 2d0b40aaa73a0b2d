import ms from "ms";
import { authenticates, type PayEngineClient } from "../payengine/calls";
import { messageOf, sentence } from "../payengine/errors";
import { type Context, LONGEST_VERIFICATION } from "./context";
import { isResolved, type Journal, noteUnresolved, type Reconciled, withoutIds } from "./journal";
import { MAX_ATTEMPTS, marksIn, nextName } from "./names";
import type { IssuedKey, Verify } from "./schema";
import { type Sent, sendKey } from "./send-key";
import { ENGINE_GONE, reconcile, revoke, sweep } from "./sweep";

/** The key to create. */
export interface Order {
  readonly uniqueName: string;
  readonly type: string;
  readonly generation: number;
  readonly verify: Verify | undefined;
  /** The goal in errors, such as `create the key "n"`. */
  readonly goal: string;
  /** IDs of this resource's keys that consumers use. */
  readonly keep: readonly string[];
  /** The attempts so far. Without any, the resource is not in state yet. */
  readonly journal: Journal;
}

/** A key and the journal of its attempts. */
interface InHand {
  readonly kind: "in hand";
  readonly key: IssuedKey;
  readonly journal: Journal;
}

/** A key that works, and what is left to reconcile. */
export type Issued = Reconciled & { readonly kind: "issued"; readonly key: IssuedKey };

/** No usable key was created. */
export interface Failed {
  /** `refused`: certainly no key is left. `unresolved`: a key may still be active, and its value was lost. */
  readonly kind: "refused" | "unresolved";
  readonly reason: string;
  readonly journal: Journal;
}

/**
 * Creates a key whose value is known and works, and revokes every other key with its names except those to keep.
 *
 * attempt → verify → sweep → return
 */
export async function issueKey(context: Context, order: Order): Promise<Issued | Failed> {
  const attempted = await attempt(context, order);
  if (attempted.kind !== "in hand") return attempted;
  const unusable = await whyUnusable(context, attempted.key, order.verify);
  if (unusable !== undefined) return takeBack(context, attempted, unusable, LONGER);
  const engineGone = `Pulumi's engine ended before it could store the key "${attempted.key.name}"`;
  // Check before sweeping: a later `up` may have created a key that is in use.
  if (await context.engine.isGone()) return takeBack(context, attempted, engineGone);
  const issued = await sweepOthers(context, order, attempted);
  if (await context.engine.isGone()) return takeBack(context, issued, engineGone);
  return issued;
}

/**
 * Sends requests until one returns a key. After a request with unknown outcome, it first finds the leftover key by its name
 * and revokes it.
 */
async function attempt(context: Context, order: Order): Promise<InHand | Failed> {
  const { uniqueName, generation, keep } = order;
  // Only this creation uses its names, so it sweeps them even after the engine has ended.
  const sweeper = isInState(order) ? context : { ...context, engine: { isGone: async () => false } };
  let journal = order.journal;
  let reason = "";
  for (let count = 1; count <= MAX_ATTEMPTS; count++) {
    const name = nextName(uniqueName, journal.latestName, generation);
    journal = { ...journal, latestName: name };
    const sent = await sendWatched(context, order, name);
    if (sent.kind === "issued") return { kind: "in hand", key: sent.key, journal };
    reason = sent.reason;
    if (sent.kind === "refused") break;
    journal = noteUnresolved(context, journal, name, sent.keyId);
    try {
      journal = (await sweep(sweeper, uniqueName, journal, keep)).journal;
    } catch (error) {
      reason = `${reason}; cleanup failed too: ${messageOf(error)}`;
      break;
    }
    // It has another name, so unless it is certainly revoked, only its ID identifies it.
    if (sent.kind === "wrong") break;
    journal = withoutIds(journal, [name]);
  }
  const fate = isResolved(journal)
    ? "No key was left behind."
    : "A key with that name may still be active; its value was lost.";
  return failed(`Could not ${order.goal}: ${sentence(reason)} ${fate}`, journal);
}

async function sendWatched(context: Context, order: Order, name: string): Promise<Sent> {
  if (await context.engine.isGone()) return { kind: "refused", reason: ENGINE_GONE };
  // If this process is killed, the engine drops the name of a creation. The name of an update is in state.
  const problem = isInState(order) ? undefined : await context.watchdog.expect(order.uniqueName);
  return problem === undefined ? sendKey(context, name, order.type) : { kind: "refused", reason: problem };
}

function isInState({ journal }: Order): boolean {
  return journal.latestName !== undefined;
}

function failed(reason: string, journal: Journal): Failed {
  return { kind: isResolved(journal) ? "refused" : "unresolved", reason, journal };
}

/** Default time until a new private key must work. */
const DEFAULT_VERIFICATION_MS = 30_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_BETWEEN_TRIES_MS = 2_000;
const LONGER = "Run `pulumi up` again, or set a longer verify: { timeout }.";

/**
 * Sends requests with a new private key until one succeeds or the engine is gone.
 *
 * @returns why the key must not be used; undefined if it works, is public, or is not to be tested.
 */
async function whyUnusable(
  context: Context,
  key: IssuedKey,
  verify: Verify | undefined,
): Promise<string | undefined> {
  if (key.type === "public" || verify === false) return undefined;
  const limit = limitOf(verify);
  const end = performance.now() + limit;
  const client = context.clientFor(key.value);
  let waited = 0;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_BETWEEN_TRIES_MS)) {
    const problem = await problemOf(client);
    if (problem === undefined || (await context.engine.isGone())) return undefined;
    if (waited >= limit || performance.now() >= end)
      return `The key "${key.name}" was created, but did not work within ${ms(limit)}: ${problem}`;
    if (context.limit.isOver)
      return `The key "${key.name}" was created, but did not work within the operation's time: ${problem}`;
    await context.sleep(wait);
    waited += wait;
  }
}

function limitOf(verify: Verify | undefined): number {
  const limit = typeof verify === "object" ? ms(verify.timeout as ms.StringValue) : DEFAULT_VERIFICATION_MS;
  return Math.min(limit, ms(LONGEST_VERIFICATION));
}

/** @returns why the key does not work; undefined if it does. */
async function problemOf(client: PayEngineClient): Promise<string | undefined> {
  try {
    return (await authenticates(client)) ? undefined : "PayEngine returned 401 for it";
  } catch (error) {
    return messageOf(error);
  }
}

/** Revokes leftover keys of other attempts, unless this was the only one of its generation. */
async function sweepOthers(
  context: Context,
  { uniqueName, keep }: Order,
  { key, journal }: InHand,
): Promise<Issued> {
  const isOnlyAttempt = isResolved(journal) && marksIn(uniqueName, journal.latestName ?? "")?.attempt === 1;
  const left: Reconciled = isOnlyAttempt
    ? { journal, pendingAction: undefined }
    : await reconcile(context, uniqueName, key, journal, [key.id, ...keep]);
  return { kind: "issued", key, ...left };
}

/**
 * Revokes the new key. A stop signal also counts as the engine's end, and then the engine may still store the result: a key
 * that is not certainly revoked stays in the journal.
 */
async function takeBack(
  context: Context,
  { key, journal }: Pick<InHand, "key" | "journal">,
  why: string,
  next = "",
): Promise<Failed> {
  const mayLive = noteUnresolved(context, journal, key.name, key.id);
  const uncertain = `${why}, and a key with that name may still be active.`;
  try {
    if (!(await revoke(context.lastClient(), key.id))) return failed(uncertain, mayLive);
  } catch (error) {
    const fate = `it could not be revoked: ${sentence(messageOf(error))} It may still work; its value was lost.`;
    return failed(`${why}, and ${fate}`, mayLive);
  }
  return failed(isResolved(journal) ? `${why}; it was revoked. ${next}`.trimEnd() : uncertain, journal);
}
