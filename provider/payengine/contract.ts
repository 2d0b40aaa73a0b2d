import type { CallSpec } from "./contract-values";

export type { CallSpec } from "./contract-values";

export const CALL_NAMES = ["create", "list", "get", "reveal", "revoke", "works"] as const;

/** What this provider does over HTTP. "works" tells whether a key works. */
export type CallName = (typeof CALL_NAMES)[number];

/** What this provider reads of a key. */
export const FIELDS = [
  "id",
  "name",
  "type",
  "value",
  "redacted",
  "status",
  "createdAt",
  "lastUsedAt",
] as const;

export type Field = (typeof FIELDS)[number];

/** The names that each field may have where the contract sets none, in order of preference. */
export const CONVENTIONAL_NAMES: Readonly<Record<Field, readonly string[]>> = {
  id: ["id"],
  name: ["name"],
  type: ["type"],
  value: ["key"],
  redacted: ["redacted_key", "redactedKey"],
  status: ["status"],
  createdAt: ["created_at", "createdAt"],
  lastUsedAt: ["last_used_at", "lastUsedAt"],
};

/** How an account's keys are made, found and revoked over HTTP. */
export interface Contract {
  /** "dashboard": only people make keys; create, list, get, reveal and revoke are absent. */
  readonly kind: "calls" | "dashboard";
  readonly calls: {
    readonly create?: CallSpec | undefined;
    readonly list?: CallSpec | undefined;
    readonly get?: CallSpec | undefined;
    readonly reveal?: CallSpec | undefined;
    readonly revoke?: CallSpec | undefined;
    /** Answers 401 to a key that does not work. */
    readonly works: CallSpec;
  };
  /** Value of the Authorization header, with {key} in the key's place. */
  readonly authorization: string;
  /** Names of fields where they differ from {@link CONVENTIONAL_NAMES}. */
  readonly fields: Readonly<Partial<Record<Field, string>>>;
  /** PayEngine's words for the two types. */
  readonly types: { readonly public: string; readonly private: string };
  /** Statuses that mean a key no longer works. */
  readonly revokedStatuses: readonly string[];
}

/** What PayEngine's published conventions lead one to expect. */
export const DEFAULT_CONTRACT: Contract = {
  kind: "calls",
  calls: {
    create: { method: "POST", path: "/api-keys" },
    list: { method: "GET", path: "/api-keys" },
    get: { method: "GET", path: "/api-keys/{id}" },
    revoke: { method: "DELETE", path: "/api-keys/{id}" },
    works: { method: "GET", path: "/merchant" },
  },
  authorization: "Basic {key}",
  fields: {},
  types: { public: "public", private: "private" },
  revokedStatuses: ["revoked"],
};

/** For an account where only people make keys, in PayEngine's console. */
export const DASHBOARD: Contract = {
  ...DEFAULT_CONTRACT,
  kind: "dashboard",
  calls: { works: DEFAULT_CONTRACT.calls.works },
};
