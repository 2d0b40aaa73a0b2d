import type * as pulumi from "@pulumi/pulumi";

/** When a key gives way to the next one, and for how long it works on beside it. */
export interface RotationArgs {
  /**
   * How long a key is used, such as "90d", "12h", or ISO 8601 as in "P90D": from "1h" to "3650d". The first `up` after each
   * period makes the next key. Periods are counted from the `up` that sets the first one. Default: the clock rotates nothing.
   */
  readonly period?: pulumi.Input<string>;
  /**
   * Values of your own: the `up` that changes one of them makes the next key. Strings, numbers, booleans, and arrays and
   * plain objects of them; others, such as a Map or a Date, are refused. Default: none.
   */
  readonly triggers?: pulumi.Input<Record<string, pulumi.Input<unknown>>>;
  /**
   * How long the old key works on beside the new one, in the forms of `period` and shorter than it. The first `up`
   * after that revokes it. "0s" replaces the key: consumers in the same program get the new one before the old one is
   * revoked, in one `up`; all others are cut off.
   */
  readonly overlap: pulumi.Input<string>;
}

/** An existing key to take over. */
export interface AdoptArgs {
  /** The key's id at PayEngine, a UUID; left out under the contract `"dashboard"`, where nothing tells it. */
  readonly keyId?: pulumi.Input<string>;
  /**
   * The key's value, which somebody has kept. Always treated as a secret; it need not be passed again later. Under the
   * contract `"dashboard"` another value is a rotation, for which `rotation.overlap` says how long the old one works.
   */
  readonly token: pulumi.Input<string>;
  /**
   * Takes over a key of which PayEngine shows no redacted value, so that nothing proves that `token` is its value.
   * Default: false, such a key is refused.
   */
  readonly allowUnproven?: pulumi.Input<boolean>;
}

/** Arguments of an `ApiKey`. */
export interface ApiKeyArgs {
  /** A plain literal, since it decides what is secret. Changing it makes a new key and then revokes the old one. */
  readonly type: "public" | "private";
  /**
   * How the key's name at PayEngine begins; ten random digits follow. At most 108 characters. Changing it makes a new
   * key and then revokes the old one. Default: `project-stack-resource` as it was when the key was made.
   */
  readonly namePrefix?: pulumi.Input<string>;
  /**
   * Whether a new private key is tried before anybody gets it: PayEngine is called with it until it works, for 30
   * seconds or as long as `timeout` says ("1s" to "2m"). One that does not work is revoked and the update fails; the key in
   * use is not touched. Default: true. Public keys cannot be tried.
   */
  readonly verify?: pulumi.Input<boolean | VerifyArgs>;
  /** Replaces the key from time to time. Default: it stays until it is destroyed. */
  readonly rotation?: pulumi.Input<RotationArgs>;
  /**
   * Takes over a key that exists instead of making one. It keeps its name until it rotates, in place and with an
   * overlap. Can be removed after the first `up`. Default: a key is made.
   */
  readonly adopt?: pulumi.Input<AdoptArgs>;
}

/** For how long a new key is tried. */
export interface VerifyArgs {
  /** Such as `"30s"`, from `"1s"` to `"2m"`. */
  readonly timeout: pulumi.Input<string>;
}
