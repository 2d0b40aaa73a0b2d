import type { DialectInput } from "payengine-sandbox";

/** A way in which a PayEngine might answer, and what a user sets so that the provider works with it. */
export interface Manner {
  readonly dialect: DialectInput;
  /** The value of payengine:contract; undefined where the published conventions fit. */
  readonly contract: Readonly<Record<string, unknown>> | undefined;
}

/** What `pulumi-payengine doctor` would have a user set for a dialect. */
export function mannerOf(dialect: DialectInput): Manner {
  const { path = "/api-keys", reveal, getById, revokeBy, scheme, fields, types, statuses } = dialect;
  const isElsewhere = path !== "/api-keys";
  const contract = {
    ...(isElsewhere && {
      create: `POST ${path}`,
      list: `GET ${path}`,
      get: `GET ${path}/{id}`,
      revoke: `DELETE ${path}/{id}`,
    }),
    ...(getById === false && { get: "none" }),
    ...(revokeBy === "POST" && { revoke: `POST ${path}/{id}/revoke` }),
    ...(reveal === "byCall" && { reveal: `POST ${path}/{id}/reveal` }),
    ...(scheme === "Bearer" && { authorization: "Bearer {key}" }),
    ...(fields !== undefined && Object.keys(fields).length > 0 && { fields }),
    ...(types !== undefined && { types }),
    ...(statuses?.revoked !== undefined && { revokedStatuses: [statuses.revoked] }),
  };
  return { dialect, contract: Object.keys(contract).length > 0 ? contract : undefined };
}

/** One dialect for each way that can work, by what it is called in tables. */
export const DIALECTS: Readonly<Record<string, DialectInput>> = {
  "the published conventions": {},
  camelCase: { casing: "camel" },
  "bare answers": { wrapping: "bare" },
  "lists with a count": { counts: "total" },
  "POST answers 201": { postStatus: 201 },
  "DELETE answers 204": { deleteStatus: 204 },
  "q is ignored": { ignoreQuery: true },
  "10 keys a page": { pageSize: 10 },
  "lists by page and limit": { paging: "limit" },
  "revoked keys keep a status": { revokedKeys: "status" },
  "names unique among live keys": { uniqueNames: "live" },
  "names taken for ever": { uniqueNames: "forever" },
  "an account object with an id": { merchant: "object" },
  "an account object without an id": { merchant: "objectWithoutId" },
  "account_id in merchants": { merchant: "withAccountId" },
  "no merchants": { merchant: "empty" },
  "reveal by a second call": { reveal: "byCall" },
  "keys for Bearer only": { scheme: "Bearer" },
  "no GET by id": { getById: false },
  "revoke by POST": { revokeBy: "POST" },
  "another path": { path: "/v3/credentials" },
  "other words for statuses": { statuses: { active: "enabled", revoked: "disabled" } },
  "other words for types": { types: { public: "publishable", private: "secret" } },
  "other fields": {
    fields: { id: "uuid", name: "label", value: "secret", createdAt: "issued", redacted: "masked" },
  },
  "failures by success: false": { failure: "success" },
  "failures without codes": { codes: "none" },
  "nothing shown but id, name, type and status": {
    shows: { redacted: false, createdAt: false, lastUsedAt: false },
  },
};

/** Several ways at once, drawn by a source of whole numbers below a limit. */
export function drawDialect(below: (limit: number) => number): DialectInput {
  const some = Object.values(DIALECTS).filter(() => below(4) === 0);
  return Object.assign({}, ...some);
}
