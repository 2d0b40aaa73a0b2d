import { CONVENTIONAL_NAMES, type Contract, type Field } from "./contract";
import { Unreadable } from "./http";

/** A key as PayEngine returns it. Only the ID is certain; missing fields are empty or undefined. */
export interface PayEngineKey {
  readonly id: string;
  readonly name: string;
  /** "public", "private", or another type of PayEngine's. */
  readonly type: string;
  readonly status: string;
  /** Whether the status means revoked. An unknown status counts as active. */
  readonly isRevoked: boolean;
  /** The value. For a private key, only present when it is created or revealed. */
  readonly value: string | undefined;
  /** The redacted value, such as `3f9a…c21d`. */
  readonly redacted: string | undefined;
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  /** ISO 8601. */
  readonly lastUsedAt: string | undefined;
}

/** A key in the response to `create`, which may lack the ID. */
export type CreatedKey = Omit<PayEngineKey, "id"> & {
  readonly id: string | undefined;
  /** The value of a common ID field if the contract's is missing. Only used to revoke the key. */
  readonly likelyId: string | undefined;
};

const LIKELY_IDS = ["id", "uuid", "guid", "_id", "key_id", "keyId", "api_key_id", "apiKeyId"];

/** One page of a list. */
export interface KeyPage {
  readonly data: readonly PayEngineKey[];
  /** Number of keys on all pages, if the response includes it. */
  readonly total: number | undefined;
}

/** What the response to `works` shows of the credential's account. */
export interface Place {
  /** IDs of the account, if PayEngine returns any. */
  readonly accountIds: readonly string[];
  /** IDs of the account's merchants on the first page of their list. */
  readonly merchantIds: readonly string[];
}

/** One field of an object; numbers become text. */
export function fieldOf(object: unknown, field: Field, contract: Contract): string | undefined {
  const own = contract.fields[field];
  return textOf(object, own === undefined ? CONVENTIONAL_NAMES[field] : [own]);
}

/** @throws Unreadable if the response is not an object. */
export function readCreated(answer: unknown, contract: Contract): CreatedKey {
  const object = unwrapped(answer);
  if (!isObject(object)) throw new Unreadable("it is not an object");
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

/** @throws Unreadable if the response is not an object with an ID. */
export function readKey(answer: unknown, contract: Contract): PayEngineKey {
  const { likelyId: _, id, ...key } = readCreated(answer, contract);
  if (id === undefined) throw new Unreadable("it has no id");
  return { id, ...key };
}

/** @throws Unreadable if the response is not a list, or an entry has no ID. */
export function readPage(answer: unknown, contract: Contract): KeyPage {
  const data = listIn(answer);
  if (data === undefined) throw new Unreadable("it is not a list");
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

/** The array of a response, bare or in `data`. */
export function listIn(answer: unknown): readonly unknown[] | undefined {
  const list = isObject(answer) ? answer.data : answer;
  return Array.isArray(list) ? list : undefined;
}

/** The object of a response: bare, in `data`, or in its only object. */
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
