import type { Creation, Place } from "./creations";
import { type Exchange, isSuccess } from "./exchanges";
import { contentOf } from "./shape";
import { entriesIn, type Fields, objectsIn, textsIn } from "./traces";

/** The requests of a recording about one key. */
export interface RecordedCalls {
  /** Lists of keys at one path, in their order. */
  readonly lists: readonly Exchange[];
  /** Whether a list shows the new key. Otherwise only its path looks like a list of keys. */
  readonly isListed: boolean;
  readonly get: Exchange | undefined;
  /** A request for the live key that failed: the account has no such endpoint. */
  readonly failedGet: Exchange | undefined;
  readonly revoke: Exchange | undefined;
  /** Why `revoke` is the request that revoked the key; undefined if it only looks like it. */
  readonly revokeProof: string | undefined;
  /** Whether another request about the key may have revoked it. */
  readonly hasRivals: boolean;
  /** A later request with the key's ID in its query or body instead of its path. */
  readonly idElsewhere: Exchange | undefined;
  readonly statusBefore: string | undefined;
  readonly statusAfter: string | undefined;
}

const REVOKES = /revoke|delete|disable|deactivate|remove|destroy|cancel|archive|invalidate|expire|terminate/i;
const STATUS = /^(key|api_?key)?_?(status|state)$/i;

/** @param exchanges all requests of the recording, with failures. */
export function callsAbout(creation: Creation, exchanges: readonly Exchange[]): RecordedCalls {
  const { create, id, reveal } = creation;
  const here = exchanges.filter(({ origin }) => origin === create.origin);
  const after = here.slice(here.indexOf(create) + 1);
  const hasId = ({ segments }: Exchange) => id !== undefined && segments.includes(id.value);
  const { lists, isListed } = listsIn(here, creation);
  const about = after.filter((it) => hasId(it) && it !== reveal);
  const { revoke, hasRivals } = revokeIn(
    about.filter((it) => isSuccess(it) && it.method !== "GET"),
    create,
  );
  const end = revoke === undefined ? after.length : after.indexOf(revoke);
  const [before, afterwards] = [after.slice(0, end), after.slice(end)];
  const single = before.filter((it) => it.method === "GET" && it.segments.at(-1) === id?.value);
  const statuses = (of: readonly Exchange[]) => of.flatMap((it) => statusOf(keyIn(it, creation)) ?? []);
  const statusBefore = statusOf(creation.key) ?? statuses(before)[0];
  const last = statuses(afterwards).at(-1);
  const statusAfter = last === statusBefore ? undefined : last;
  const isGone = afterwards.some((it) => isOneOf(it, lists) && entryIn(it, creation) === undefined);
  return {
    lists,
    isListed,
    get: single.find((it) => isSuccess(it) && keyIn(it, creation) !== undefined),
    failedGet: single.find(({ status }) => [400, 404, 405, 501].includes(status)),
    revoke,
    revokeProof: revoke && !hasRivals ? proofOf(revoke, isGone, statusAfter) : undefined,
    hasRivals,
    idElsewhere: after.find(
      (it) => isSuccess(it) && it.method !== "GET" && !hasId(it) && holds(it, id?.value),
    ),
    statusBefore,
    statusAfter,
  };
}

/** Lists at the path that shows the new key; otherwise lists at the path of the creation. */
function listsIn(here: readonly Exchange[], creation: Creation): Pick<RecordedCalls, "lists" | "isListed"> {
  const { create, id } = creation;
  const reads = here.filter((it) => isSuccess(it) && it.method === "GET");
  const showing = reads.filter(
    (it) => !(id && it.segments.includes(id.value)) && entryIn(it, creation) !== undefined,
  );
  const list =
    showing.find((it) => isSamePath(it, create)) ??
    showing.find((it) => has(entryIn(it, creation) ?? {}, id)) ??
    showing[0] ??
    reads.find((it) => isSamePath(it, create) && Array.isArray(contentOf(it.raw, "list").found));
  const lists = list === undefined ? [] : reads.filter((it) => isSamePath(it, list));
  return { lists, isListed: showing.length > 0 };
}

/** The key in a list of the response. */
function entryIn({ raw }: Exchange, { id, name }: Creation): Fields | undefined {
  return entriesIn(raw).find((entry) => has(entry, id) || has(entry, name));
}

/** The key in a response, alone or in a list. */
function keyIn(exchange: Exchange, creation: Creation): Fields | undefined {
  const alone = [...objectsIn(exchange.raw)].find((object) => has(object, creation.id));
  return entryIn(exchange, creation) ?? alone;
}

function has(object: Fields, place: Place | undefined): boolean {
  return place !== undefined && textsIn(object).includes(place.value);
}

function isOneOf(exchange: Exchange, lists: readonly Exchange[]): boolean {
  const [list] = lists;
  return list !== undefined && exchange.method === "GET" && isSuccess(exchange) && isSamePath(exchange, list);
}

/**
 * The most likely one. DELETE of a part of the key, or of something else with its ID, may come before it: a contract with
 * such a request would leave keys live.
 */
function revokeIn(
  candidates: readonly Exchange[],
  create: Exchange,
): { readonly revoke: Exchange | undefined; readonly hasRivals: boolean } {
  const isBelow = ({ segments }: Exchange) => create.segments.every((part, at) => segments[at] === part);
  const isOfKey = (it: Exchange) =>
    it.method === "DELETE" && isBelow(it) && it.segments.length === create.segments.length + 1;
  const isNamed = ({ segments }: Exchange) => REVOKES.test(segments.at(-1) ?? "");
  const certain = candidates.find(isOfKey) ?? candidates.find((it) => isBelow(it) && isNamed(it));
  const likely = candidates.find(({ method }) => method === "DELETE") ?? candidates.find(isNamed);
  const ways = new Set(candidates.map(({ method, segments }) => [method, ...segments].join(" ")));
  return {
    revoke: certain ?? likely ?? candidates.at(-1),
    hasRivals: certain === undefined && ways.size > 1,
  };
}

function proofOf(
  { method, segments }: Exchange,
  isGone: boolean,
  statusAfter: string | undefined,
): string | undefined {
  if (statusAfter !== undefined) return "the key's status changed after it";
  if (isGone) return "the key is not in the list after it";
  return method === "DELETE" || REVOKES.test(segments.at(-1) ?? "") ? "its name says so" : undefined;
}

function statusOf(key: Fields | undefined): string | undefined {
  const [word] = Object.entries(key ?? {}).flatMap(([field, value]) => (STATUS.test(field) ? [value] : []));
  return typeof word === "string" && word !== "" ? word : undefined;
}

function holds({ sent, query }: Exchange, id: string | undefined): boolean {
  if (id === undefined) return false;
  const inBody = [...objectsIn(sent)].some((object) => textsIn(object).includes(id));
  return inBody || query.some(([, value]) => value === id);
}

function isSamePath(one: Exchange, other: Exchange): boolean {
  return one.segments.join("/") === other.segments.join("/");
}
