import type * as pulumi from "@pulumi/pulumi";

/**
 * What differs in an account from the published conventions, field by field. A call is written "METHOD /path/{id}".
 *
 * ```ts
 * new payengine.Provider("revealing", { contract: { reveal: "POST /api-keys/{id}/reveal" } });
 * ```
 */
export interface ContractArgs {
  /** Makes a key. Default: "POST /api-keys". */
  readonly create?: pulumi.Input<string>;
  /** Lists the keys, by `page` and `size`. Default: "GET /api-keys". */
  readonly list?: pulumi.Input<string>;
  /** One key; "none" reads it from the list. Default: "GET /api-keys/{id}". */
  readonly get?: pulumi.Input<string>;
  /** Shows a new key's value once, where the answer to `create` does not. Default: "none". */
  readonly reveal?: pulumi.Input<string>;
  /** Revokes a key at once. Default: "DELETE /api-keys/{id}". */
  readonly revoke?: pulumi.Input<string>;
  /** Tells whether a private key works. Default: "GET /merchant". */
  readonly works?: pulumi.Input<string>;
  /** The Authorization header, with "{key}" in the key's place. Default: "Basic {key}". */
  readonly authorization?: pulumi.Input<string>;
  /** Names of fields. Default: those of the published conventions, in snake_case or camelCase. */
  readonly fields?: pulumi.Input<{
    readonly [K in ContractField]?: pulumi.Input<string>;
  }>;
  /** PayEngine's words for the types. Default: "public" and "private". */
  readonly types?: pulumi.Input<{
    readonly public?: pulumi.Input<string>;
    readonly private?: pulumi.Input<string>;
  }>;
  /** Statuses that mean that a key is revoked. Default: "revoked". */
  readonly revokedStatuses?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A field of a key, as this project calls it. */
export type ContractField =
  | "id"
  | "name"
  | "type"
  | "value"
  | "redacted"
  | "status"
  | "createdAt"
  | "lastUsedAt";
