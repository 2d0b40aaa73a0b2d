import { KeyError } from "./key-error";
import type { ApiKeyState } from "./state";

/**
 * Adopted keys that resources hold, as far as this process has seen. When a resource that adopts is replaced while
 * `adopt` still stands in the program, it adopts the same key once more, and the engine then deletes the old state: that
 * must not revoke the key.
 */
export class AdoptedKeys {
  private readonly taken = new Set<string>();
  private readonly staying = new Set<string>();

  /**
   * Takes over a key, which no other resource may do at the same time.
   *
   * @throws KeyError where another resource is known to hold it.
   */
  async take<T>(keyId: string, uniqueName: string, adopt: () => Promise<T>): Promise<T> {
    if (this.taken.has(keyId) || this.staying.has(keyId)) {
      throw new KeyError(
        `Could not adopt the key ${keyId} as "${uniqueName}": another resource of this program has adopted it. Nothing ` +
          "was changed.",
      );
    }
    this.taken.add(keyId);
    try {
      return await adopt();
    } catch (error) {
      this.taken.delete(keyId);
      throw error;
    }
  }

  /** A resource is not going to be replaced. */
  stay({ adoptedKeyId, keyId, previousKeyId }: ApiKeyState): void {
    if (adoptedKeyId === undefined) return;
    if (adoptedKeyId === keyId || adoptedKeyId === previousKeyId) this.staying.add(adoptedKeyId);
  }

  /**
   * Ids of the keys that are not to be revoked with a state, since another resource holds them.
   *
   * @throws KeyError in the update that adopted one of them again: the user meant to replace it.
   */
  heldBesides({ keyId = "", previousKeyId = "", name }: ApiKeyState): ReadonlySet<string> {
    if (this.taken.has(keyId) || this.taken.has(previousKeyId)) {
      throw new KeyError(
        `The key "${name}" (${keyId}) is not revoked, because the program has adopted it, or the one before it, again in ` +
          "this update. Nothing was changed at PayEngine: take adopt out of the program, run `pulumi up`, and replace " +
          "the key after that.",
      );
    }
    return this.staying;
  }
}
