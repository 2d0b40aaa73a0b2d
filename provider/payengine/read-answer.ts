import { CONVENTIONAL_NAMES, type Contract, type Field } from "./contract";
import { Unreadable } from "./http";

/** A key as PayEngine tells it. Of a list's entries only the id is certain; what is not told is empty or undefined. */
export interface PayEngineKey {
  readonly id: string;
  readonly name: string;
  /** "public", "private", or another word of PayEngine's. */
  readonly type: string;
  readonly status: string;
  /** The status is one of those that mean revoked; an unknown one counts as live. */
  readonly isRevoked: boolean;
  /** The value: always there for a public key, for a private one only when it is created or revealed. */
  readonly value: string | undefined;
  /** What lists show of the value, such as `3f9a…c21d`. */
  readonly redacted: string | undefined;
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  /** ISO 8601. */
  readonly lastUsedAt: string | undefined;
}

/** What an answer to create tells, which may lack the id. */
export type CreatedKey = Omit<PayEngineKey, "id"> & {
  readonly id: string | undefined;
  /** What stands where ids often do, in an answer without the contract's: good enough to revoke the key by. */
  readonly likelyId: string | undefined;
};

const LIKELY_IDS = ["id", "uuid", "guid", "_id", "key_id", "keyId", "api_key_id", "apiKeyId"];

/** One page of a list. */
export interface KeyPage {
  readonly data: readonly PayEngineKey[];
  /** Keys on all pages, where the answer counts them. */
  readonly total: number | undefined;
}

/** What the answer to `works` tells of the account behind the credential. */
export interface Place {
  /** Ids of the account, where PayEngine tells any. */
  readonly accountIds: readonly string[];
  /** Ids of merchants of the account, on the first page of their list. */
  readonly merchantIds: readonly string[];
}

/** What is read of one object: text as it is, and numbers as text. */
export function fieldOf(object: unknown, field: Field, contract: Contract): string | undefined {
  const own = contract.fields[field];
  return textOf(object, own === undefined ? CONVENTIONAL_NAMES[field] : [own]);
}

/** @throws Unreadable where the answer is no object. */
export function readCreated(answer: unknown, contract: Contract): CreatedKey {
  const object = unwrapped(answer);
  if (!isObject(object)) throw new Unreadable("it is no object");
  const text = (field: Field) => fieldOf(object, field, contract);
  const type = text("type") ?? "";
  const status = text("status") ?? "";
  return {
    id: text("id"),
    likelyId: textOf(object, LIKELY_IDS),
    name: text("name") ?? "",
    type: typeOf(type, contract),
    status,
    isRevoked: contract.revokedStatuses.includes(status),
    value: text("value"),
    redacted: text("redacted"),
    createdAt: text("createdAt"),
    lastUsedAt: text("lastUsedAt"),
  };
}

/** @throws Unreadable where the answer is no object with an id. */
export function readKey(answer: unknown, contract: Contract): PayEngineKey {
  const { likelyId: _, id, ...key } = readCreated(answer, contract);
  if (id === undefined) throw new Unreadable("it has no id");
  return { id, ...key };
}

/** @throws Unreadable where the answer is no list, or an entry has no id. */
export function readPage(answer: unknown, contract: Contract): KeyPage {
  const data = listIn(answer);
  if (data === undefined) throw new Unreadable("it is no list");
  const keys = data.map((entry, index) => {
    if (fieldOf(entry, "id", contract) === undefined) throw new Unreadable(`entry ${index + 1} has no id`);
    return readKey({ data: entry }, contract);
  });
  const total = isObject(answer) ? answer.total : undefined;
  return { data: keys, total: typeof total === "number" && total >= 0 ? total : undefined };
}

/** Reads a list of merchants, or one object about the account. */
export function readPlace(answer: unknown): Place {
  const merchants = listIn(answer);
  const accountNames = ["account_id", "accountId"];
  const ids = (objects: readonly unknown[], names: readonly string[]) => [
    ...new Set(objects.flatMap((object) => textOf(object, names) ?? [])),
  ];
  if (merchants !== undefined)
    return { accountIds: ids(merchants, accountNames), merchantIds: ids(merchants, ["id"]) };
  const account = unwrapped(answer);
  const told = ids([account], accountNames);
  return { accountIds: told.length > 0 ? told : ids([account], ["id"]), merchantIds: [] };
}

/** The array in an answer, bare or in `data`. */
export function listIn(answer: unknown): readonly unknown[] | undefined {
  const list = isObject(answer) ? answer.data : answer;
  return Array.isArray(list) ? list : undefined;
}

/** An answer's object: bare, in `data`, or in the only object that it holds. */
export function unwrapped(answer: unknown): unknown {
  if (!isObject(answer)) return answer;
  if ("data" in answer) return answer.data;
  const [inner, ...others] = Object.values(answer).filter(isObject);
  return inner !== undefined && others.length === 0 && !("id" in answer) ? inner : answer;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(object: unknown, names: readonly string[]): string | undefined {
  if (!isObject(object)) return undefined;
  for (const name of names) {
    const value = object[name];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return undefined;
}

function typeOf(word: string, { types }: Contract): string {
  if (word === types.public) return "public";
  return word === types.private ? "private" : word;
}
