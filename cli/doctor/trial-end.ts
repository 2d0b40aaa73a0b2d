import { setTimeout as sleep } from "node:timers/promises";
import { revoke } from "../../provider/api-key/sweep";
import { ApiError, messageOf, NotFoundError } from "../../provider/payengine/errors";
import { listLiveKeys } from "../../provider/payengine/key-list";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import { tryValue } from "../../provider/payengine/witnesses";
import type { ContractChange } from "../contract/contract-lines";
import { revokedStatuses, wordsOf } from "../contract/known-words";
import { type Finding, fail, pass, REPORT_IT, SET_IT, skip, warn } from "./finding";
import { callLine, type Observer } from "./observer";
import { reasonOf } from "./refusal";
import { inQuotes } from "./words";

const LOOKS_FOR_LOST = 5;
const LOOKS_FOR_DEAD = 10;
const PAUSE_MS = 1_000;

/** A key that --write requested, and what is known about it. */
export interface Trial {
  readonly name: string;
  /** PayEngine may have made it. */
  readonly mayLive: boolean;
  readonly id?: string | undefined;
  readonly token?: string | undefined;
  /** The field that seems to have the value, if it is not the contract's. */
  readonly valueField?: string | undefined;
  /** Whether the value worked. */
  readonly worked?: boolean;
}

/** Revokes the key by its ID and every key with its exact name, then checks that it is dead. Never throws. */
export async function removeTrial(observer: Observer, trial: Trial): Promise<Finding[]> {
  if (!trial.mayLive) return [];
  const byId = trial.id === undefined ? undefined : await revokeById(observer, trial.id);
  const byName = await revokeByName(observer, trial, byId === "revoked" ? 1 : LOOKS_FOR_LOST);
  const value = await tryRevoked(observer, trial);
  const revoked = revokeFinding(observer, trial, byId, byName, value);
  if (revoked.status === "fail") return [revoked];
  return [revoked, await goneFinding(observer, trial, byName, value), valueFinding(trial, value)];
}

/** Result of revoking one key; an Error if it failed. */
type Revoked = "revoked" | "not found" | Error;

async function revokeById(observer: Observer, id: string): Promise<Revoked> {
  const { error, value } = await observer.ask("revoke", (client) => revoke(client, id));
  if (error !== undefined) return asError(error);
  return value === true ? "revoked" : "not found";
}

/** Keys in the list with the trial's exact name. */
interface ByName {
  /** Number of keys found, revoked or not. */
  readonly found: number;
  /** Keys listed afterwards with a status that does not mean revoked. */
  readonly live: readonly PayEngineKey[];
  readonly problem: Error | undefined;
}

async function revokeByName(observer: Observer, { name }: Trial, looks: number): Promise<ByName> {
  let found: readonly PayEngineKey[] = [];
  try {
    for (let look = 1; found.length === 0 && look <= looks; look++) {
      if (look > 1) await sleep(PAUSE_MS);
      found = await liveKeys(observer, name);
    }
    let problem: Error | undefined;
    for (const { id } of found) {
      const revoked = await revokeById(observer, id);
      if (revoked instanceof Error) problem = revoked;
    }
    const live = found.length === 0 ? [] : await liveKeys(observer, name);
    return { found: found.length, live, problem };
  } catch (error) {
    return { found: found.length, live: found, problem: asError(error) };
  }
}

function liveKeys({ client }: Observer, name: string): Promise<PayEngineKey[]> {
  return listLiveKeys(client, name, (it) => it === name);
}

function revokeFinding(
  observer: Observer,
  { name }: Trial,
  byId: Revoked | undefined,
  { found, live, problem }: ByName,
  value: Fate,
): Finding {
  const check = "revoke";
  const isDead = isRefused(value);
  const line = callLine("revoke", observer.contract);
  if (byId === "revoked" && (isDead || live.length === 0)) return pass(check, `${line} revoked ${name}`);
  // The next finding reports a status that the contract does not have.
  if (found > 0 && problem === undefined && (isDead || live.length === 0))
    return pass(check, `${name} was found by its exact name and revoked`);
  const error = problem ?? (byId instanceof Error ? byId : undefined);
  if (isDead) {
    const how = error === undefined ? "returned 404" : `failed: ${messageOf(error)}`;
    return fail(check, `${name} no longer works, although ${line} ${how}`, REPORT_IT);
  }
  const guess = guessedRevoke(observer, byId === "not found" && live.length > 0 ? byId : error);
  const todo = `look for ${name} in PayEngine's dashboard, and revoke it${guess.map(correctIt).join("")}`;
  if (error !== undefined) return fail(check, `${name} may still be live: ${messageOf(error)}`, todo, guess);
  if (live.length > 0) return fail(check, `PayEngine still lists ${name} as live after ${line}`, todo, guess);
  return fail(check, `${name} was not found; it may still appear`, todo);
}

function correctIt({ value }: ContractChange): string {
  return (
    `; the account may need "${String(value)}" instead, which is a guess: find the request that PayEngine's console sends ` +
    "(see docs/contract.md), correct the guess, and run the commands at the end of this output"
  );
}

/** Without a DELETE, the usual alternative is a POST. */
function guessedRevoke({ contract }: Observer, told: Revoked | undefined): ContractChange[] {
  const { revoke: spec } = contract.calls;
  const isUnknown =
    told instanceof ApiError && reasonOf({ error: told, response: undefined }) === "no such call";
  if (spec?.method !== "DELETE" || !(isUnknown || told === "not found")) return [];
  return [{ path: "revoke", value: `POST ${spec.path}/revoke` }];
}

/** How PayEngine shows a revoked key. */
async function goneFinding(
  observer: Observer,
  { name, id }: Trial,
  byName: ByName,
  value: Fate,
): Promise<Finding> {
  const check = "gone";
  const shown: PayEngineKey[] = [...byName.live];
  let absence = "is not listed";
  if (id !== undefined) {
    const got = await observer.ask("get", (client) => client.getKey(id), "get of a revoked key");
    if (got.value !== undefined) shown.push(got.value);
    else if (!(got.error instanceof NotFoundError)) return fail(check, messageOf(got.error), REPORT_IT);
    else if (observer.contract.calls.get !== undefined) absence = "returns 404";
  }
  const live = shown.filter(({ isRevoked }) => !isRevoked);
  if (live.length === 0) {
    const [key] = shown;
    return pass(
      check,
      `the revoked key ${key === undefined ? absence : `has the status ${inQuotes(wordsOf([key.status]))}`}`,
    );
  }
  const words = wordsOf(live.map(({ status }) => status));
  if (words.length === 0) {
    const todo =
      "a key deleted in the dashboard can be recognized only by its value; report this with --report";
    return warn(check, `PayEngine shows ${name} without a status after it was revoked`, todo);
  }
  const found = `PayEngine shows ${name} with the status ${inQuotes(words)}`;
  if (isRefused(value)) {
    const change = revokedStatuses(observer.contract, words);
    return fail(check, `${found}, and its value no longer works, so that status means revoked`, SET_IT, [
      change,
    ]);
  }
  return fail(
    check,
    `${found} after it was revoked`,
    `look for ${name} in PayEngine's dashboard, and revoke it`,
  );
}

/** Result of using a revoked key's value: "refused" is 403. */
type Fate = "dead" | "refused" | "works" | "unclear" | "untried";

function isRefused(fate: Fate): boolean {
  return fate === "dead" || fate === "refused";
}

async function tryRevoked(observer: Observer, { token, worked }: Trial): Promise<Fate> {
  if (token === undefined || worked !== true) return "untried";
  const other = observer.withCredential(token);
  let fate: Fate = "unclear";
  for (let look = 1; look <= LOOKS_FOR_DEAD; look++) {
    if (look > 1) await sleep(PAUSE_MS);
    const { error } = await other.ask("works", (client) => client.place(), "works with a revoked value");
    if (error instanceof ApiError && error.status === 403 && error.byContract) return "refused";
    fate = await tryValue(observer.client, other.client).catch((): Fate => "unclear");
    if (fate === "dead") return "dead";
  }
  return fate;
}

/** Only a 401 proves that a key is gone. */
function valueFinding({ name }: Trial, fate: Fate): Finding {
  const check = "revoked value";
  switch (fate) {
    case "dead":
      return pass(check, "gets 401, which proves that a key deleted in the dashboard is gone");
    case "refused":
      return warn(
        check,
        "gets 403 instead of 401, so a value cannot prove that a key is gone in this account",
        "you can create keys; but after someone deletes a private key in the dashboard, refresh fails and `up` creates no new key",
      );
    case "works":
      return fail(
        check,
        `still works, although ${name} was revoked`,
        `look for ${name} in PayEngine's dashboard, and revoke it; then check payengine:contract.revoke`,
      );
    case "unclear":
      return warn(check, "could not be tried: PayEngine no longer responds as before", "run this again");
    case "untried":
      return skip(check, "no value of the key has worked");
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
