import type * as pulumi from "@pulumi/pulumi";

/** When to rotate a key, and how long the old key keeps working. */
export interface RotationArgs {
  /**
   * How long to use a key, such as "90d", "12h" or ISO 8601 "P90D": from "1h" to "3650d". The first `up` after each period
   * creates the next key. Periods are counted from the `up` that first sets one. Default: no rotation by time.
   */
  readonly period?: pulumi.Input<string>;
  /**
   * Values that you choose. An `up` in which one of them changes creates the next key. Use strings, numbers, booleans, and
   * arrays and plain objects of them; anything else, such as a Map or a Date, is an error. Default: none.
   */
  readonly triggers?: pulumi.Input<Record<string, pulumi.Input<unknown>>>;
  /**
   * How long the old key keeps working, in the formats of `period`. Must be shorter than `period`. The first `up` after
   * that revokes the old key. "0s" replaces the key in one `up`: resources in the same program get the new key before the
   * old one is revoked, and every other consumer loses access.
   */
  readonly overlap: pulumi.Input<string>;
}

/** An existing key to adopt. */
export interface AdoptArgs {
  /** The key ID, a UUID. Leave it out under the contract `"dashboard"`. */
  readonly keyId?: pulumi.Input<string>;
  /**
   * The key's value. Always a secret. You can remove it after the first `up`. Under the contract `"dashboard"`, a new
   * value rotates the key, and `rotation.overlap` says how long the old value keeps working.
   */
  readonly token: pulumi.Input<string>;
  /**
   * Set to true to adopt a key whose redacted value PayEngine does not show, so that the provider cannot check that
   * `token` belongs to it. Default: false, which refuses such a key.
   */
  readonly allowUnproven?: pulumi.Input<boolean>;
}

/** Arguments of an `ApiKey`. */
export interface ApiKeyArgs {
  /**
   * The type of the key. Must be a literal, because it decides which outputs are secret. Changing it creates a new key,
   * then revokes the old one.
   */
  readonly type: "public" | "private";
  /**
   * Start of the key name at PayEngine, at most 108 characters; ten random hex digits follow. Changing it creates a new
   * key, then revokes the old one. Defaults to `<project>-<stack>-<resource>`, fixed when the key is created. Removing
   * it later keeps the name.
   */
  readonly namePrefix?: pulumi.Input<string>;
  /**
   * Whether to test a new private key before any consumer gets it. The provider sends requests with the key until one
   * succeeds, for 30 seconds or for `timeout` ("1s" to "2m"). A key that does not work in that time is revoked and the
   * update fails; the key in use stays unchanged. Default: true. Public keys are not tested.
   */
  readonly verify?: pulumi.Input<boolean | VerifyArgs>;
  /** Rotates the key. Default: no rotation. */
  readonly rotation?: pulumi.Input<RotationArgs>;
  /**
   * Adopts an existing key instead of creating one. The key keeps its name until its first rotation, which needs an
   * overlap. You can remove this argument after the first `up`. Default: create a key.
   */
  readonly adopt?: pulumi.Input<AdoptArgs>;
}

/** How long to test a new key. */
export interface VerifyArgs {
  /** Such as `"30s"`, from `"1s"` to `"2m"`. */
  readonly timeout: pulumi.Input<string>;
}
