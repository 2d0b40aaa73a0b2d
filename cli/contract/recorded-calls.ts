import type { Creation } from "./creations";
import { entriesIn, objectsIn } from "./creations";
import { type Exchange, isSuccess } from "./exchanges";
import { contentOf, isObject } from "./shape";

type Fields = Readonly<Record<string, unknown>>;

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
  /** A later request with the key's ID in its query or body instead of its path. */
  readonly idElsewhere: Exchange | undefined;
  readonly statusBefore: string | undefined;
  readonly statusAfter: string | undefined;
}

const REVOKES = /revoke|delete|disable|deactivate|remove|destroy|cancel|archive|invalidate|expire|terminate/i;
const STATUS = /^(key|api_?key)?_?(status|state)$/i;

/** @param exchanges all requests of the recording, with failures. */
export function callsAbout(creation: Creation, exchanges: readonly Exchange[]): RecordedCalls {
  const { create, id, name, reveal } = creation;
  const here = exchanges.filter(({ origin }) => origin === create.origin);
  const done = here.filter(isSuccess);
  const after = here.slice(here.indexOf(create) + 1);
  const hasId = ({ segments }: Exchange) => id !== undefined && segments.includes(id.value);
  const entryIn = (exchange: Exchange) =>
    entriesIn(exchange.raw).find((entry) => {
      const values = Object.values(entry).map(String);
      return values.includes(id?.value ?? "") || values.includes(name?.value ?? "");
    });

  const showing = done.filter((it) => it.method === "GET" && !hasId(it) && entryIn(it) !== undefined);
  const isLikeList = (it: Exchange) =>
    it.method === "GET" && isSamePath(it, create) && Array.isArray(contentOf(it.raw, "list").found);
  const list = showing.find((it) => isSamePath(it, create)) ?? showing[0] ?? done.find(isLikeList);
  const lists = list === undefined ? [] : done.filter((it) => it.method === "GET" && isSamePath(it, list));

  const about = after.filter((it) => hasId(it) && it !== reveal);
  const revoke = revokeIn(about.filter((it) => isSuccess(it) && it.method !== "GET"));
  const isBefore = (it: Exchange) => revoke === undefined || here.indexOf(it) < here.indexOf(revoke);
  const single = about.filter(
    (it) => it.method === "GET" && it.segments.at(-1) === id?.value && isBefore(it),
  );
  const keyIn = (it: Exchange): Fields | undefined =>
    entryIn(it) ??
    [...objectsIn(it.raw)].find((object) =>
      Object.values(object)
        .map(String)
        .includes(id?.value ?? ""),
    );
  const afterwards = revoke === undefined ? [] : here.slice(here.indexOf(revoke));
  const statusBefore = [create, ...after.filter(isBefore)].map((it) =>
    statusOf(it === create ? creation.key : keyIn(it)),
  );
  const statusAfter = afterwards.map((it) => statusOf(keyIn(it))).findLast((word) => word !== undefined);
  const before = statusBefore.find((word) => word !== undefined);
  const isGone = lists.some((it) => afterwards.includes(it) && entryIn(it) === undefined);
  return {
    lists,
    isListed: showing.length > 0,
    get: single.find((it) => isSuccess(it) && keyIn(it) !== undefined),
    failedGet: single.find(({ status }) => [400, 404, 405, 501].includes(status)),
    revoke,
    revokeProof:
      revoke && proofOf(revoke, { isGone, isChanged: statusAfter !== undefined && statusAfter !== before }),
    idElsewhere: after.find(
      (it) => isSuccess(it) && it.method !== "GET" && !hasId(it) && holds(it, id?.value),
    ),
    statusBefore: before,
    statusAfter: statusAfter === before ? undefined : statusAfter,
  };
}

function revokeIn(candidates: readonly Exchange[]): Exchange | undefined {
  const isDelete = ({ method }: Exchange) => method === "DELETE";
  const isNamed = ({ segments }: Exchange) => REVOKES.test(segments.at(-1) ?? "");
  return candidates.find(isDelete) ?? candidates.find(isNamed) ?? candidates.at(-1);
}

function proofOf(
  { method, segments }: Exchange,
  { isGone, isChanged }: { readonly isGone: boolean; readonly isChanged: boolean },
): string | undefined {
  if (isChanged) return "the key's status changed after it";
  if (isGone) return "the key is not in the list after it";
  return method === "DELETE" || REVOKES.test(segments.at(-1) ?? "") ? "its name says so" : undefined;
}

function statusOf(key: Fields | undefined): string | undefined {
  const [word] = Object.entries(key ?? {}).flatMap(([field, value]) => (STATUS.test(field) ? [value] : []));
  return typeof word === "string" && word !== "" ? word : undefined;
}

function holds({ sent, query }: Exchange, id: string | undefined): boolean {
  if (id === undefined) return false;
  const inBody = isObject(sent) && JSON.stringify(sent).includes(JSON.stringify(id));
  return inBody || query.some(([, value]) => value === id);
}

function isSamePath(one: Exchange, other: Exchange): boolean {
  return one.segments.join("/") === other.segments.join("/");
}
