import { KeyError, type WitnessKey } from "./api-key/context";
import { digitsOf } from "./api-key/names";
import type { ApiKeyInputs, ApiKeyState } from "./api-key/schema";

/** A rotation that replaces the key, as seen by diff. */
export interface DueRotation {
  readonly state: ApiKeyState;
  readonly inputs: ApiKeyInputs;
}

/**
 * What the plugin's process remembers of the keys that it has seen. Pulumi's methods do not receive the program's other
 * resources or their results.
 */
export class ProcessMemory {
  /** Name of a key whose create or update failed. */
  private failedKey: string | undefined;
  /** Keys in state, by ID. */
  private readonly recorded = new Map<string, WitnessKey>();
  /** Keys in state that this run may replace, by unique name. */
  private readonly replaceable = new Map<string, ApiKeyState>();
  /** Those names, by the digits of the key that would replace them. */
  private readonly predecessors = new Map<string, string>();
  /** IDs of keys that were adopted in this process, and of adopted keys whose resource is not replaced. */
  private readonly adopted = new Set<string>();
  private readonly staying = new Set<string>();
  /** Resources that hold a value from the dashboard, by its fingerprint. */
  private readonly holders = new Map<string, string>();

  /** Keys that diff replaces because a rotation is due, by unique name. */
  private readonly due = new Map<string, DueRotation>();

  /** Records a key that is replaced because its rotation is due by this machine's clock. */
  noteDue(rotation: DueRotation): void {
    this.due.set(rotation.state.uniqueName, rotation);
  }

  /** The rotation for which a new resource is created, if any. The resource has the digits of this run. */
  dueFor(uniqueName: string): DueRotation | undefined {
    return this.due.get(this.predecessorOf(uniqueName));
  }

  /** Records that create or update failed. */
  noteFailure(uniqueName: string): void {
    this.failedKey = uniqueName;
  }

  /**
   * When a replacement fails halfway, the engine may delete the old key although consumers still use it. Methods do not
   * receive their resource, and a renamed one has an old name in state. So after a failed create or update, the process
   * revokes nothing; the engine tries again in the next `up`.
   *
   * @mechanism delete hold-back
   */
  refuseDeleteAfterFailure({ name }: ApiKeyState): void {
    if (this.failedKey === undefined) return;
    throw new KeyError(
      `The key "${name}" was not revoked in this run, because creating or updating "${this.failedKey}" failed and this key ` +
        "may still be in use. The key stays in state: run `pulumi up` again, without --continue-on-error.",
    );
  }

  /** Records a key in state, which is a witness for other keys of its account. */
  noteRecorded({ keyId, name, apiUrl, credentialFingerprint }: ApiKeyState): void {
    if (keyId !== undefined) this.recorded.set(keyId, { keyId, name, apiUrl, credentialFingerprint });
  }

  /**
   * Records a key in state of which only the inputs are known. A replacement checks the resource again as a new one, with
   * the same digits and no old inputs.
   *
   * @param digits those of this run.
   */
  noteReplaceable(earlier: ApiKeyInputs, digits: string): void {
    this.predecessors.set(digits, earlier.uniqueName);
    this.replaceable.set(earlier.uniqueName, { ...earlier, name: earlier.uniqueName });
  }

  /** Records that diff compared a key. */
  noteCompared(state: ApiKeyState, { providerName }: ApiKeyInputs): void {
    if (this.replaceable.has(state.uniqueName)) this.replaceable.set(state.uniqueName, state);
    // A key of another provider is no witness for this account.
    if (state.providerName === providerName) this.noteRecorded(state);
  }

  /** The key that a new one replaces, if the engine has shown it and it is not revoked yet. */
  replacedBy({ uniqueName }: ApiKeyInputs): ApiKeyState | undefined {
    return this.replaceable.get(this.predecessorOf(uniqueName));
  }

  /** Unique name of the key that a key with this name would replace; empty if unknown. */
  private predecessorOf(uniqueName: string): string {
    return this.predecessors.get(digitsOf(uniqueName)) ?? "";
  }

  /** Records that a key was revoked. It can no longer prove the account. */
  noteRevoked({ uniqueName, keyId = "" }: ApiKeyState): void {
    this.replaceable.delete(uniqueName);
    this.recorded.delete(keyId);
  }

  recordedKeys(): readonly WitnessKey[] {
    return [...this.recorded.values()];
  }

  /**
   * Reserves a key for one resource. When a resource is replaced while the program still has `adopt`, it adopts the same key
   * again, and the engine then deletes the old state, which must not revoke the key.
   *
   * @throws KeyError if another resource holds the key.
   */
  claimAdoption(keyId: string, uniqueName: string): void {
    if (this.adopted.has(keyId) || this.staying.has(keyId)) {
      throw new KeyError(
        `Could not adopt the key ${keyId} as "${uniqueName}": another resource of this program has adopted it. Nothing ` +
          "was changed.",
      );
    }
    this.adopted.add(keyId);
  }

  /** Releases the key after a failed adoption. */
  releaseAdoption(keyId: string): void {
    this.adopted.delete(keyId);
  }

  /** Records a resource that is not replaced. */
  noteKept({ adoptedKeyId, keyId, previousKeyId }: ApiKeyState): void {
    if (adoptedKeyId === undefined) return;
    if (adoptedKeyId === keyId || adoptedKeyId === previousKeyId) this.staying.add(adoptedKeyId);
  }

  /**
   * IDs of keys that must not be revoked with a state, because another resource holds them.
   *
   * @throws KeyError in the update that adopted one of them again: the user intended to replace it.
   */
  heldBesides({ keyId = "", previousKeyId = "", name }: ApiKeyState): ReadonlySet<string> {
    if (this.adopted.has(keyId) || this.adopted.has(previousKeyId)) {
      throw new KeyError(
        `The key "${name}" (${keyId}) was not revoked, because the program adopted it or its previous key again in this ` +
          "update. Nothing was changed at PayEngine: remove adopt from the program, run `pulumi up`, then replace the key.",
      );
    }
    return this.staying;
  }

  /** Records a resource that holds a value from the dashboard. */
  noteHolder({ madeByHand, fingerprint, uniqueName }: ApiKeyState): void {
    if (madeByHand && fingerprint !== undefined) this.holders.set(fingerprint, uniqueName);
  }

  /** Fingerprints of values that other resources hold. */
  valuesHeldBesides({ uniqueName }: ApiKeyState): ReadonlySet<string> {
    const others = [...this.holders].filter(([, holder]) => holder !== uniqueName);
    return new Set(others.map(([fingerprint]) => fingerprint));
  }
}
