import type * as pulumi from "@pulumi/pulumi";
import type { RotationArgs, VerifyArgs } from "./api-key-args";

/** Outputs of an `ApiKey`. Pulumi's runtime sets the properties that an instance of this class has. */
export class ApiKeyOutputs {
  /** The type of the key. */
  readonly type!: pulumi.Output<"public" | "private">;
  /** Start of the key name. */
  readonly namePrefix!: pulumi.Output<string>;
  /** Whether and how long new private keys are tested, as in the arguments. */
  readonly verify!: pulumi.Output<boolean | pulumi.Unwrap<VerifyArgs> | undefined>;
  /** The rotation, as in the arguments. */
  readonly rotation!: pulumi.Output<pulumi.Unwrap<RotationArgs> | undefined>;
  /** The first `up` after this time rotates the key (ISO 8601). Undefined without `rotation.period`. */
  readonly rotateAt!: pulumi.Output<string | undefined>;
  /** When the key replaced the previous key (ISO 8601). Undefined before the first rotation. */
  readonly rotatedAt!: pulumi.Output<string | undefined>;
  /** Number of the key, counted from 1. A replacement starts again at 1. */
  readonly generation!: pulumi.Output<number>;
  /** Key ID of the previous key, until it is revoked. */
  readonly previousKeyId!: pulumi.Output<string | undefined>;
  /** The previous key works until this time (ISO 8601). The first `up` after it revokes that key. */
  readonly previousRevokeAt!: pulumi.Output<string | undefined>;
  /** Value of the previous key, until it is revoked. Secret if `token` is. */
  readonly previousToken!: pulumi.Output<string | undefined>;
  /** The previous key's value as PayEngine shows it in lists, until that key is revoked. */
  readonly previousRedactedToken!: pulumi.Output<string | undefined>;
  /** First 16 hex digits of the SHA-256 of `previousToken`, until the previous key is revoked. */
  readonly previousFingerprint!: pulumi.Output<string | undefined>;
  /** The resource ID: the key name without the suffixes of rotations and retries. */
  readonly uniqueName!: pulumi.Output<string>;
  /** The full key name at PayEngine. */
  readonly name!: pulumi.Output<string>;
  /** The key ID. Undefined under the contract `"dashboard"`. */
  readonly keyId!: pulumi.Output<string | undefined>;
  /** The value as PayEngine shows it in lists, such as `3f9a…c21d`. */
  readonly redactedToken!: pulumi.Output<string>;
  /** First 16 hex digits of the token's SHA-256, to compare tokens without revealing them. */
  readonly fingerprint!: pulumi.Output<string>;
  /** When PayEngine created the key (ISO 8601). Undefined under the contract `"dashboard"`. */
  readonly createdAt!: pulumi.Output<string | undefined>;
  /** ID of the key's account, if PayEngine returned it. */
  readonly accountId!: pulumi.Output<string | undefined>;
  /** ID of a merchant of that account, if it had one when the key was created. */
  readonly merchantId!: pulumi.Output<string | undefined>;
  /** What the next `pulumi up` has to finish. Undefined when nothing is left to do. */
  readonly pendingAction!: pulumi.Output<"create" | "reconcile" | undefined>;

  /**
   * The key's value. For a private key it is a secret, encrypted in state.
   *
   * If an update ended without a key, reading this output is an error, so that no consumer runs with an empty token. If
   * `up --target` leaves out a key that does not exist yet, stack outputs that use the token are null, and Pulumi refuses
   * other resources that use it.
   */
  readonly token!: pulumi.Output<string>;
}
