import type * as pulumi from "@pulumi/pulumi";

/**
 * How an account's API differs from PayEngine's published conventions, field by field. Write a request as
 * "METHOD /path/{id}".
 *
 * ```ts
 * new payengine.Provider("revealing", { contract: { reveal: "POST /api-keys/{id}/reveal" } });
 * ```
 */
export interface ContractArgs {
  /** Creates a key. Default: "POST /api-keys". */
  readonly create?: pulumi.Input<string>;
  /** Lists the keys, by `page` and `size`. Default: "GET /api-keys". */
  readonly list?: pulumi.Input<string>;
  /** Returns one key; "none" finds it in the list instead. Default: "GET /api-keys/{id}". */
  readonly get?: pulumi.Input<string>;
  /** Reveals a new key's value once, if the response to `create` does not include it. Default: "none". */
  readonly reveal?: pulumi.Input<string>;
  /** Revokes a key at once. Default: "DELETE /api-keys/{id}". */
  readonly revoke?: pulumi.Input<string>;
  /** Shows whether a private key works. Default: "GET /merchant". */
  readonly works?: pulumi.Input<string>;
  /** The Authorization header; "{key}" is replaced by the key's value. Default: "Basic {key}". */
  readonly authorization?: pulumi.Input<string>;
  /** Names of fields. Default: the published names, in snake_case or camelCase. */
  readonly fields?: pulumi.Input<ContractFields>;
  /** PayEngine's words for the two types of key. Default: "public" and "private". */
  readonly types?: pulumi.Input<ContractTypes>;
  /** Statuses that mean that a key is revoked. Default: "revoked". */
  readonly revokedStatuses?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Names of the fields of a key. A field that you leave out has its published name. */
export interface ContractFields {
  /** The key ID. Default: "id". */
  readonly id?: pulumi.Input<string>;
  /** The full key name. Default: "name". */
  readonly name?: pulumi.Input<string>;
  /** Public or private. Default: "type". */
  readonly type?: pulumi.Input<string>;
  /** The key's value, in responses that include it. Default: "key". */
  readonly value?: pulumi.Input<string>;
  /** The redacted value in lists. Default: "redacted_key" or "redactedKey". */
  readonly redacted?: pulumi.Input<string>;
  /** Whether the key works. Default: "status". */
  readonly status?: pulumi.Input<string>;
  /** When the key was created. Default: "created_at" or "createdAt". */
  readonly createdAt?: pulumi.Input<string>;
  /** When the key was last used. Default: "last_used_at" or "lastUsedAt". */
  readonly lastUsedAt?: pulumi.Input<string>;
}

/** An account's words for the two types of key. */
export interface ContractTypes {
  /** Default: "public". */
  readonly public?: pulumi.Input<string>;
  /** Default: "private". */
  readonly private?: pulumi.Input<string>;
}
