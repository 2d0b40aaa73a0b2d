import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { DEFAULT_API_URL } from "../../provider/payengine/settings";
import { addressLesson } from "./address-lesson";
import { authorizationIn } from "./authorization";
import { createLesson, listLesson } from "./call-lessons";
import { type ContractChange, contractLines, contractOf, setLine, withChanges } from "./contract-lines";
import { type Creation, foundIn, judged } from "./creations";
import { type Exchange, exchangesOf } from "./exchanges";
import type { HarEntry } from "./har-file";
import { fieldLessons, statusLessons, typeLessons } from "./key-lessons";
import { INEXPRESSIBLE, type Lesson, unsure } from "./learned";
import { callsAbout, type RecordedCalls } from "./recorded-calls";
import type { CallLesson, Reading } from "./request-form";
import { requestLine } from "./request-line";
import { getLesson, revealLesson, revokeLesson } from "./single-key-lessons";
import { unusable } from "./unusable";

/** What a recording teaches. It has no values, IDs or names. */
export interface Learned {
  /** What payengine:contract should be: the members that differ from the default, or "dashboard". */
  readonly contract: Readonly<Record<string, unknown>> | "dashboard";
  /** The API's address. */
  readonly apiUrl: string;
  /** Commands that set both, where they differ from the default. */
  readonly commands: readonly string[];
  /** Commands that set the address and the requests that were seen, if `contract` is "dashboard". */
  readonly seenCommands: readonly string[];
  readonly findings: readonly Lesson[];
  /** Keys that the recording creates, and how many of them it revokes. */
  readonly keys: { readonly created: number; readonly revoked: number };
}

/** More keys than a person creates for a recording. */
const MOST_KEYS = 20;
const RECORD_ONE = "record the creation of one private key";

/**
 * Learns the contract from the recording of a key that was created, listed and revoked by hand.
 *
 * @param file name of the recording, for errors.
 * @throws Error if the recording has no such key; it says what to record.
 */
export function learn(file: string, entries: readonly HarEntry[]): Learned {
  const exchanges = exchangesOf(entries);
  const found = foundIn(exchanges);
  if (found.length > MOST_KEYS) throw new Error(`${file} creates ${found.length} keys; ${RECORD_ONE}.`);
  const all = found.map((it) => judged(it, exchanges));
  const privates = all.filter(({ isPublic }) => !isPublic);
  const [creation] = privates;
  if (creation === undefined) throw new Error(`${file} ${unusable(exchanges, all)}`);
  const ways = Math.max(new Set(all.map(requestOf)).size, new Set(privates.map(responseOf)).size);
  if (ways > 1)
    throw new Error(`${file} creates ${all.length} keys in ${ways} different ways; ${RECORD_ONE}.`);
  const calls = callsAbout(creation, exchanges);
  const revoked = all.filter((it) => callsAbout(it, exchanges).revoke !== undefined).length;
  return { ...taughtBy(creation, calls, all, exchanges), keys: { created: all.length, revoked } };
}

/** Several keys teach one contract only if they were created by the same request. */
function requestOf({ create: { method, origin, segments }, sent }: Creation): string {
  return [method, origin, ...segments, sent.name?.field, sent.type?.field].join(" ");
}

function responseOf({ id, value, reveal }: Creation): string {
  return [id?.field, value.field, reveal?.method].join(" ");
}

function taughtBy(
  creation: Creation,
  calls: RecordedCalls,
  all: readonly Creation[],
  exchanges: readonly Exchange[],
): Omit<Learned, "keys"> {
  const { create } = creation;
  const address = addressLesson(creation, calls, exchanges);
  const fields = fieldLessons(creation, calls);
  const types = typeLessons(all, calls, fields);
  const statuses = statusLessons(calls, fields);
  const words = [...fields.changes, ...types.changes, ...statuses.changes];
  const contract = withChanges(DEFAULT_CONTRACT, words) ?? DEFAULT_CONTRACT;
  const reading: Reading = { contract, base: address.base };
  const path = requestLine(create, address.base, undefined).line.replace(/^\S+ /, "");
  const requests = {
    create: createLesson(creation, reading),
    reveal: revealLesson(creation, reading),
    list: listLesson(creation, calls, reading, `GET ${path}`),
    get: getLesson(creation, calls, reading),
    revoke: revokeLesson(creation, calls, reading, `DELETE ${path}/{id}`),
  };
  const authorization = authorizationIn(
    [create, ...calls.lists, ...(calls.revoke ? [calls.revoke] : [])],
    exchanges,
  );
  const changes = [
    ...Object.entries(requests).flatMap(([name, it]) => callChange(name, it)),
    ...authorization.changes,
    ...words,
  ];
  const findings = [
    ...Object.values(requests).flatMap((it) => it.lessons),
    ...[...hiddenLesson(Object.values(requests)), address.works, address.lesson, authorization.lesson],
    ...[...fields.lessons, ...types.lessons, ...statuses.lessons],
    ...(isPossible(changes)
      ? []
      : [unsure("contract", "the parts above do not make a valid contract", INEXPRESSIBLE)]),
  ];
  const setAddress = address.url === DEFAULT_API_URL ? [] : [setLine({}, ["payengine:apiUrl", address.url])];
  const setCalls = contractLines(changes, {});
  const common = { apiUrl: address.url, findings };
  if (authorization.kind !== "session")
    return {
      ...common,
      contract: contractOf(changes),
      commands: [...setAddress, ...setCalls],
      seenCommands: [],
    };
  const dashboard = setLine({}, ["payengine:contract", "dashboard"]);
  // Without the address, `doctor` would ask another account.
  const seenCommands = [...setAddress, ...setCalls];
  return { ...common, contract: "dashboard", commands: [...setAddress, dashboard], seenCommands };
}

/** A request of the contract that differs from the default. */
function callChange(name: string, { line }: CallLesson): ContractChange[] {
  const usual = DEFAULT_CONTRACT.calls[name as keyof typeof DEFAULT_CONTRACT.calls];
  const value = line ?? "none";
  return value === (usual ? `${usual.method} ${usual.path}` : "none") ? [] : [{ path: name, value }];
}

/** Parts that a person fills in count as words here. */
function isPossible(changes: readonly ContractChange[]): boolean {
  const filled = changes.map(({ path, value }) =>
    typeof value === "string" ? { path, value: value.replace(/<part \d+>/g, "part") } : { path, value },
  );
  return withChanges(DEFAULT_CONTRACT, filled) !== undefined;
}

function hiddenLesson(requests: readonly CallLesson[]): Lesson[] {
  const hidden = [...new Set(requests.flatMap(({ line }) => line?.match(/<part \d+>/g) ?? []))];
  if (hidden.length === 0) return [];
  const parts = hidden.join(", ");
  const found = `${parts} of the path looks like an ID or a secret, so it is not shown`;
  return [
    unsure(
      "path",
      found,
      `replace ${parts} in the commands with that part of the recorded path, unless it is secret`,
    ),
  ];
}
