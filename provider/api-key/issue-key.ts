import ms from "ms";
import { authenticates, type PayEngineClient } from "../payengine/calls";
import { messageOf, sentence } from "../payengine/errors";
import type { Context } from "./context";
import { isResolved, type Journal, type Reconciled, unresolved } from "./journal";
import { marksIn, nextName } from "./names";
import { type IssuedKey, LONGEST_VERIFICATION, type Verify } from "./schema";
import { type Sent, sendKey } from "./send-key";
import { reconcile, revoke, sweep } from "./sweep";

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

/** A key that works, and what other attempts have left to reconcile. */
export type Issued = Reconciled & { readonly kind: "issued"; readonly key: IssuedKey };

/** There is no key to use. */
export interface NotIssued {
  /** It is certain that no key is left; or one may live, and its value is lost. */
  readonly kind: "refused" | "unresolved";
  readonly reason: string;
  readonly journal: Journal;
}

export type Issuance = Issued | NotIssued;

/** Attempts that one create or update makes. */
const MAX_ATTEMPTS = 3;
const ENGINE_GONE = "Pulumi's engine has ended";

/**
 * Makes a key whose value is known, that works, and that is the only one of its names beside those to keep.
 *
 * attempt → verify → sweep → hand over
 */
export async function issueKey(context: Context, order: Order): Promise<Issuance> {
  const attempted = await attempt(context, order);
  if (attempted.kind !== "issued") return attempted;
  const verified = await verify(context, order, attempted);
  if (verified.kind !== "issued") return verified;
  // Before others are looked for: a later `up` may have made one that is in use.
  const stored = await handOver(context, verified);
  if (stored.kind !== "issued") return stored;
  return handOver(context, await sweepOthers(context, order, stored));
}

/**
 * Sends requests until one gives a key: after each whose outcome is unknown, it first finds what that one has left by its
 * name, and revokes it.
 */
async function attempt(context: Context, order: Order): Promise<Issuance> {
  const { uniqueName, generation, keep } = order;
  let journal = order.journal;
  let reason = "";
  for (let count = 1; count <= MAX_ATTEMPTS; count++) {
    const latestName = nextName(uniqueName, journal.latestName, generation);
    journal = { ...journal, latestName };
    const sent = await send(context, order, latestName);
    if (sent.kind === "issued") return { kind: "issued", key: sent.key, journal, pendingAction: undefined };
    reason = sent.reason;
    if (sent.kind === "refused") break;
    journal = unresolved(context, journal, sent.keyId);
    try {
      // Another `up` may already make keys of a resource that is in state, which must not be swept away.
      if (isInState(order) && (await context.engine.isGone())) throw new Error(ENGINE_GONE);
      journal = (await sweep(context, uniqueName, journal, keep)).journal;
    } catch (error) {
      reason = `${reason}; and clearing up failed: ${messageOf(error)}`;
      break;
    }
    // It bears another name: if it is not certainly revoked, only its id tells of it.
    if (sent.kind === "wrong") break;
    journal = { ...journal, orphanKeyId: undefined };
  }
  const fate = isResolved(journal)
    ? "No key was left behind."
    : "A key of that name may exist and nobody knows its value.";
  return notIssued(`Could not ${order.goal}: ${sentence(reason)} ${fate}`, journal);
}

async function send(context: Context, order: Order, name: string): Promise<Sent> {
  if (await context.engine.isGone()) return { kind: "refused", reason: ENGINE_GONE };
  // The engine forgets the name of a creation when this process is killed; that of an update stands in state.
  const problem = isInState(order) ? undefined : await context.watchdog.expect(order.uniqueName);
  return problem === undefined ? sendKey(context, name, order.type) : { kind: "refused", reason: problem };
}

function isInState({ journal }: Order): boolean {
  return journal.latestName !== undefined;
}

function notIssued(reason: string, journal: Journal): NotIssued {
  return { kind: isResolved(journal) ? "refused" : "unresolved", reason, journal };
}

/** How long a new private key may take to work where the program says nothing. */
const DEFAULT_VERIFICATION_MS = 30_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_BETWEEN_TRIES_MS = 2_000;

/** Calls PayEngine with a new private key until it works; one that does not is revoked. */
async function verify(context: Context, order: Order, issued: Issued): Promise<Issuance> {
  const { key } = issued;
  if (key.type === "public" || order.verify === false) return issued;
  const limit = limitOf(order.verify);
  const end = context.now().getTime() + limit;
  const client = context.clientFor(key.value);
  let waited = 0;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_BETWEEN_TRIES_MS)) {
    const problem = await problemOf(client);
    if (problem === undefined || (await context.engine.isGone())) return issued;
    if (waited >= limit || context.now().getTime() >= end) {
      const why = `The key "${key.name}" was made, but did not work within ${ms(limit)}: ${problem}`;
      const next = "Run `pulumi up` again, or give it longer by verify: { timeout }.";
      return takeBack(context, issued, why, next);
    }
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

/** Revokes what other attempts have left, unless nothing else can bear a name of this generation. */
async function sweepOthers(context: Context, { uniqueName, keep }: Order, issued: Issued): Promise<Issued> {
  const { key, journal } = issued;
  const isOnlyAttempt = isResolved(journal) && marksIn(uniqueName, journal.latestName ?? "")?.attempt === 1;
  if (isOnlyAttempt) return issued;
  return { ...issued, ...(await reconcile(context, uniqueName, key, journal, [key.id, ...keep])) };
}

/** Gives the key to the engine, if it is there to store it; otherwise takes it back. */
async function handOver(context: Context, issued: Issued): Promise<Issuance> {
  if (!(await context.engine.isGone())) return issued;
  return takeBack(
    context,
    issued,
    `Pulumi's engine ended before it could store the key "${issued.key.name}"`,
  );
}

/**
 * Revokes the key in hand. A signal to stop also counts as the engine's end, and then somebody may still listen: what is
 * not certainly gone is to be remembered.
 */
async function takeBack(
  context: Context,
  { key, journal }: Issued,
  why: string,
  next = "",
): Promise<NotIssued> {
  const mayLive = () => unresolved(context, journal, key.id);
  try {
    const isRevoked = await revoke(context.client, key.id);
    if (isRevoked && isResolved(journal))
      return notIssued(`${why}; it was revoked. ${next}`.trimEnd(), journal);
    const known = isRevoked ? journal : mayLive();
    return notIssued(`${why}, and it is not certain that none of that name lives.`, known);
  } catch (error) {
    const fate = `it could not be revoked: ${sentence(messageOf(error))} It may work, and nobody knows its value.`;
    return notIssued(`${why}, and ${fate}`, mayLive());
  }
}
