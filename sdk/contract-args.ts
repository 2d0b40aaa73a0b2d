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
  readonly fields?: pulumi.Input<ContractFields>;
  /** PayEngine's words for the types. Default: "public" and "private". */
  readonly types?: pulumi.Input<ContractTypes>;
  /** Statuses that mean that a key is revoked. Default: "revoked". */
  readonly revokedStatuses?: pulumi.Input<pulumi.Input<string>[]>;
}

/** What the fields of a key are called in an account. What is left out has its published name. */
export interface ContractFields {
  /** The key's id. Default: "id". */
  readonly id?: pulumi.Input<string>;
  /** The key's full name. Default: "name". */
  readonly name?: pulumi.Input<string>;
  /** Public or private. Default: "type". */
  readonly type?: pulumi.Input<string>;
  /** The key's value, where an answer holds it. Default: "key". */
  readonly value?: pulumi.Input<string>;
  /** What lists show of the value. Default: "redacted_key" or "redactedKey". */
  readonly redacted?: pulumi.Input<string>;
  /** Whether the key works. Default: "status". */
  readonly status?: pulumi.Input<string>;
  /** When it was made. Default: "created_at" or "createdAt". */
  readonly createdAt?: pulumi.Input<string>;
  /** When it was last used. Default: "last_used_at" or "lastUsedAt". */
  readonly lastUsedAt?: pulumi.Input<string>;
}

/** An account's words for the two types of key. */
export interface ContractTypes {
  /** Default: "public". */
  readonly public?: pulumi.Input<string>;
  /** Default: "private". */
  readonly private?: pulumi.Input<string>;
}
