import type * as pulumi from "@pulumi/pulumi";
import type { RotationArgs, VerifyArgs } from "./api-key-args";

/** What the program gets of a key. Pulumi's runtime fills the properties that an instance of this class has. */
export class ApiKeyOutputs {
  /** Who may see the key. */
  readonly type!: pulumi.Output<"public" | "private">;
  /** How the key's name begins. */
  readonly namePrefix!: pulumi.Output<string>;
  /** Whether and for how long a new private key is tried, as the program says. */
  readonly verify!: pulumi.Output<boolean | pulumi.Unwrap<VerifyArgs> | undefined>;
  /** When and how the key rotates, as the program says. */
  readonly rotation!: pulumi.Output<pulumi.Unwrap<RotationArgs> | undefined>;
  /** The first `up` after that time makes the next key (ISO 8601); undefined without `rotation.period`. */
  readonly rotateAt!: pulumi.Output<string | undefined>;
  /** When the key took the place of the one before it (ISO 8601); undefined for a first one. */
  readonly rotatedAt!: pulumi.Output<string | undefined>;
  /** Counts the keys of this resource from 1. A replacement counts anew. */
  readonly generation!: pulumi.Output<number>;
  /** Id of the key before this one, as long as it works. */
  readonly previousKeyId!: pulumi.Output<string | undefined>;
  /** The key before this one works until then (ISO 8601); the first `up` after it revokes that key. */
  readonly previousRevokeAt!: pulumi.Output<string | undefined>;
  /** Value of the key before this one, as long as it works: secret as `token` is. */
  readonly previousToken!: pulumi.Output<string | undefined>;
  /** The resource's own name at PayEngine, before marks of further attempts; also the resource's id. */
  readonly uniqueName!: pulumi.Output<string>;
  /** The key's full name at PayEngine. */
  readonly name!: pulumi.Output<string>;
  /** The key's id at PayEngine; undefined for a key that was made by hand under the contract `"dashboard"`. */
  readonly keyId!: pulumi.Output<string | undefined>;
  /** The value as PayEngine shows it in lists, such as `3f9a…c21d`. */
  readonly redactedToken!: pulumi.Output<string>;
  /** First 16 hex digits of the token's SHA-256: tells tokens apart without revealing them. */
  readonly fingerprint!: pulumi.Output<string>;
  /** When PayEngine made the key (ISO 8601); undefined for a key that was made by hand. */
  readonly createdAt!: pulumi.Output<string | undefined>;
  /** The account that the key belongs to, where PayEngine told it. */
  readonly accountId!: pulumi.Output<string | undefined>;
  /** A merchant of that account, where it had one when the key was made. */
  readonly merchantId!: pulumi.Output<string | undefined>;
  /** What the next `pulumi up` has left to do; undefined when all is well. */
  readonly pendingAction!: pulumi.Output<"create" | "reconcile" | undefined>;

  /**
   * The key's value: secret and encrypted in state if the key is private.
   *
   * An error takes its place where an update left the key without one, so that no consumer runs with an empty token. While
   * `up --target` leaves the key out before it is made, stack outputs of it are null, and other resources that take it are
   * refused.
   */
  readonly token!: pulumi.Output<string>;
}
