import type { CallSpec } from "./contract-values";

export type { CallSpec } from "./contract-values";

export const CALL_NAMES = ["create", "list", "get", "reveal", "revoke", "works"] as const;

/** Requests of this provider. "works" shows whether a key works. */
export type CallName = (typeof CALL_NAMES)[number];

/** Fields of a key that this provider reads. */
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

/** Default names of each field, in order of preference. */
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

/** How an account's keys are created, found and revoked over HTTP. */
export interface Contract {
  /** "dashboard": keys can only be created in the dashboard; create, list, get, reveal and revoke are absent. */
  readonly kind: "calls" | "dashboard";
  readonly calls: {
    readonly create?: CallSpec | undefined;
    readonly list?: CallSpec | undefined;
    readonly get?: CallSpec | undefined;
    readonly reveal?: CallSpec | undefined;
    readonly revoke?: CallSpec | undefined;
    /** Returns 401 for a key that does not work. */
    readonly works: CallSpec;
  };
  /** Value of the Authorization header. {key} is replaced by the key's value. */
  readonly authorization: string;
  /** Field names that differ from {@link CONVENTIONAL_NAMES}. */
  readonly fields: Readonly<Partial<Record<Field, string>>>;
  /** PayEngine's words for the two types. */
  readonly types: { readonly public: string; readonly private: string };
  /** Statuses that mean a key no longer works. */
  readonly revokedStatuses: readonly string[];
}

/** PayEngine's published conventions. */
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

/** For accounts whose keys can only be created in PayEngine's dashboard. */
export const DASHBOARD: Contract = {
  ...DEFAULT_CONTRACT,
  kind: "dashboard",
  calls: { works: DEFAULT_CONTRACT.calls.works },
};
