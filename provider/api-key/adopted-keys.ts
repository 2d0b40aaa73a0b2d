import { KeyError } from "../errors";
import type { ApiKeyState } from "./state";

/**
 * Adopted keys that resources hold, as far as this process has seen. When a resource that adopts is replaced while
 * `adopt` still stands in the program, it adopts the same key once more, and the engine then deletes the old state: that
 * must not revoke the key.
 */
export class AdoptedKeys {
  private readonly taken = new Set<string>();
  private readonly staying = new Set<string>();

  /** @throws KeyError where another resource has adopted the key in this process. */
  refuseTwice(keyId: string, uniqueName: string): void {
    if (!this.taken.has(keyId)) return;
    throw new KeyError(
      `Could not adopt the key ${keyId} as "${uniqueName}": another resource of this program has adopted it. Nothing ` +
        "was changed.",
    );
  }

  /** A resource was made by adoption. */
  take({ adoptedKeyId }: ApiKeyState): void {
    if (adoptedKeyId !== undefined) this.taken.add(adoptedKeyId);
  }

  /** A resource is not going to be replaced. */
  stay({ adoptedKeyId, keyId }: ApiKeyState): void {
    if (adoptedKeyId !== undefined && adoptedKeyId === keyId) this.staying.add(adoptedKeyId);
  }

  /**
   * Says whether a state can be dropped without revoking anything, since another resource holds its key.
   *
   * @throws KeyError in the update that adopted the key again: the user meant to replace it.
   */
  isHeldElsewhere({ keyId = "", name }: ApiKeyState): boolean {
    if (this.taken.has(keyId)) {
      throw new KeyError(
        `The key "${name}" (${keyId}) is not revoked, because the program has adopted it again in this update. Nothing ` +
          "was changed at PayEngine: take adopt out of the program, run `pulumi up`, and replace the key after that.",
      );
    }
    return this.staying.has(keyId);
  }
}
