import ms from "ms";
import { authenticates, type PayEngineClient } from "../payengine/calls";
import { messageOf, sentence } from "../payengine/errors";
import { type Context, LONGEST_VERIFICATION } from "./context";
import { isResolved, type Journal, noteUnresolved, type Reconciled, withoutIds } from "./journal";
import { MAX_ATTEMPTS, marksIn, nextName } from "./names";
import type { IssuedKey, Verify } from "./schema";
import { type Sent, sendKey } from "./send-key";
import { ENGINE_GONE, reconcile, revoke, sweep } from "./sweep";

/** Which key to make. */
export interface Order {
  readonly uniqueName: string;
  readonly type: string;
  readonly generation: number;
  readonly verify: Verify | undefined;
  /** What an error says could not be done, such as `create the key "n"`. */
  readonly goal: string;
  /** Ids of the keys of this resource that consumers use. */
  readonly keep: readonly string[];
  /** The attempts so far; without any, state does not hold the resource yet. */
  readonly journal: Journal;
}

/** A key, and what is known of the attempts to make it. */
interface InHand {
  readonly kind: "in hand";
  readonly key: IssuedKey;
  readonly journal: Journal;
}

/** A key that works, and what other attempts have left to reconcile. */
export type Issued = Reconciled & { readonly kind: "issued"; readonly key: IssuedKey };

/** There is no key to use. */
export interface Failed {
  /** It is certain that no key is left; or one may live, and its value is lost. */
  readonly kind: "refused" | "unresolved";
  readonly reason: string;
  readonly journal: Journal;
}

/**
 * Makes a key whose value is known, that works, and that is the only one of its names beside those to keep.
 *
 * attempt → verify → sweep → hand over
 */
export async function issueKey(context: Context, order: Order): Promise<Issued | Failed> {
  const attempted = await attempt(context, order);
  if (attempted.kind !== "in hand") return attempted;
  const unusable = await whyUnusable(context, attempted.key, order.verify);
  if (unusable !== undefined) return takeBack(context, attempted, unusable, LONGER);
  const engineGone = `Pulumi's engine ended before it could store the key "${attempted.key.name}"`;
  // Before others are looked for: a later `up` may have made one that is in use.
  if (await context.engine.isGone()) return takeBack(context, attempted, engineGone);
  const issued = await sweepOthers(context, order, attempted);
  if (await context.engine.isGone()) return takeBack(context, issued, engineGone);
  return issued;
}

/**
 * Sends requests until one gives a key: after each whose outcome is unknown, it first finds what that one has left by its
 * name, and revokes it.
 */
async function attempt(context: Context, order: Order): Promise<InHand | Failed> {
  const { uniqueName, generation, keep } = order;
  // The names of a creation are nobody else's: they are swept even when the engine has ended.
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
      reason = `${reason}; and clearing up failed: ${messageOf(error)}`;
      break;
    }
    // Its own name is another one: if it is not certainly revoked, only its id tells of it.
    if (sent.kind === "wrong") break;
    journal = withoutIds(journal, [name]);
  }
  const fate = isResolved(journal)
    ? "No key was left behind."
    : "A key of that name may exist and nobody knows its value.";
  return failed(`Could not ${order.goal}: ${sentence(reason)} ${fate}`, journal);
}

async function sendWatched(context: Context, order: Order, name: string): Promise<Sent> {
  if (await context.engine.isGone()) return { kind: "refused", reason: ENGINE_GONE };
  // The engine forgets the name of a creation when this process is killed; that of an update stands in state.
  const problem = isInState(order) ? undefined : await context.watchdog.expect(order.uniqueName);
  return problem === undefined ? sendKey(context, name, order.type) : { kind: "refused", reason: problem };
}

function isInState({ journal }: Order): boolean {
  return journal.latestName !== undefined;
}

function failed(reason: string, journal: Journal): Failed {
  return { kind: isResolved(journal) ? "refused" : "unresolved", reason, journal };
}

/** How long a new private key may take to work where the program says nothing. */
const DEFAULT_VERIFICATION_MS = 30_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_BETWEEN_TRIES_MS = 2_000;
const LONGER = "Run `pulumi up` again, or give it longer by verify: { timeout }.";

/**
 * Calls PayEngine with a new private key until it works, or until nobody is left to use it.
 *
 * @returns why it must not be used; undefined where it works, is public, or is not to be tried.
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
      return `The key "${key.name}" was made, but did not work within ${ms(limit)}: ${problem}`;
    if (context.limit.isOver)
      return `The key "${key.name}" was made, but did not work within the operation's time: ${problem}`;
    await context.sleep(wait);
    waited += wait;
  }
}

function limitOf(verify: Verify | undefined): number {
  const limit = typeof verify === "object" ? ms(verify.timeout as ms.StringValue) : DEFAULT_VERIFICATION_MS;
  return Math.min(limit, ms(LONGEST_VERIFICATION));
}

/** @returns why the key does not work now. */
async function problemOf(client: PayEngineClient): Promise<string | undefined> {
  try {
    return (await authenticates(client)) ? undefined : "PayEngine answers 401 to it";
  } catch (error) {
    return messageOf(error);
  }
}

/** Revokes what other attempts have left, unless nothing else can have a name of this generation. */
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
 * Revokes the key in hand. A signal to stop also counts as the engine's end, and then somebody may still listen: what is
 * not certainly gone is to be remembered.
 */
async function takeBack(
  context: Context,
  { key, journal }: Pick<InHand, "key" | "journal">,
  why: string,
  next = "",
): Promise<Failed> {
  const mayLive = noteUnresolved(context, journal, key.name, key.id);
  const uncertain = `${why}, and it is not certain that none of that name lives.`;
  try {
    if (!(await revoke(context.lastClient(), key.id))) return failed(uncertain, mayLive);
  } catch (error) {
    const fate = `it could not be revoked: ${sentence(messageOf(error))} It may work, and nobody knows its value.`;
    return failed(`${why}, and ${fate}`, mayLive);
  }
  return failed(isResolved(journal) ? `${why}; it was revoked. ${next}`.trimEnd() : uncertain, journal);
}
