import { KeyError, type WitnessKey } from "./api-key/context";
import { digitsOf } from "./api-key/names";
import type { ApiKeyInputs, ApiKeyState } from "./api-key/schema";

/** A rotation that replaces the key, as diff saw it. */
export interface DueRotation {
  readonly state: ApiKeyState;
  readonly inputs: ApiKeyInputs;
}

/**
 * What the plugin's process remembers of the keys that it has seen: Pulumi's methods are not told which other resources
 * a program has, nor how they ended.
 */
export class ProcessMemory {
  /** A key whose create or update failed. */
  private failedKey: string | undefined;
  /** Keys that states hold, by their ids. */
  private readonly recorded = new Map<string, WitnessKey>();
  /** What state holds of the keys that this run may replace, by their unique names, */
  private readonly replaceable = new Map<string, ApiKeyState>();
  /** and those names by the digits of the key that would come in their place. */
  private readonly predecessors = new Map<string, string>();
  /** Ids of the keys that were adopted in this process, and of adopted ones whose resource is not replaced. */
  private readonly adopted = new Set<string>();
  private readonly staying = new Set<string>();
  /** The resources that hold a value made by hand, by its fingerprint. */
  private readonly holders = new Map<string, string>();

  /** What diff replaces because its rotation is due, by the name of the resource in state. */
  private readonly due = new Map<string, DueRotation>();

  /** A key gives way to another since its time is over by this machine's clock. */
  noteDue(rotation: DueRotation): void {
    this.due.set(rotation.state.uniqueName, rotation);
  }

  /** The rotation for which a new resource is made, where it is made for one: it has the digits of this run. */
  dueFor(uniqueName: string): DueRotation | undefined {
    return this.due.get(this.predecessorOf(uniqueName));
  }

  /** Making a key has failed, partially or plainly. */
  noteFailure(uniqueName: string): void {
    this.failedKey = uniqueName;
  }

  /**
   * When a replacement fails half-way, the engine takes the old key for deletable while consumers still use it. Methods
   * are not told which resource they serve, and a renamed one bears an old name in state, so a process in which the
   * making of a key failed revokes nothing at all; the engine tries again in the next `up`.
   *
   * @mechanism delete hold-back
   */
  refuseDeleteAfterFailure({ name }: ApiKeyState): void {
    if (this.failedKey === undefined) return;
    throw new KeyError(
      `The key "${name}" is not revoked in this run, because making "${this.failedKey}" failed and this key may be the ` +
        "one in use. State keeps it: run `pulumi up` again, without --continue-on-error.",
    );
  }

  /** A state holds a key, which is a witness for others of its place. */
  noteRecorded({ keyId, name, apiUrl, credentialFingerprint }: ApiKeyState): void {
    if (keyId !== undefined) this.recorded.set(keyId, { keyId, name, apiUrl, credentialFingerprint });
  }

  /**
   * State holds a key, of which only the inputs are known yet. A replacement checks the resource once more as a new one,
   * with nothing old but the same digits.
   *
   * @param digits those of this run.
   */
  noteReplaceable(earlier: ApiKeyInputs, digits: string): void {
    this.predecessors.set(digits, earlier.uniqueName);
    this.replaceable.set(earlier.uniqueName, { ...earlier, name: earlier.uniqueName });
  }

  /** What the program says of a key is compared with state. */
  noteCompared(state: ApiKeyState, { providerName }: ApiKeyInputs): void {
    if (this.replaceable.has(state.uniqueName)) this.replaceable.set(state.uniqueName, state);
    // Of another provider's account it is no witness here.
    if (state.providerName === providerName) this.noteRecorded(state);
  }

  /** The key in whose place a new one is made, as far as the engine has shown it and it is not revoked yet. */
  replacedBy({ uniqueName }: ApiKeyInputs): ApiKeyState | undefined {
    return this.replaceable.get(this.predecessorOf(uniqueName));
  }

  /** The unique name of the key in whose place one of this name would come; empty where it is not known. */
  private predecessorOf(uniqueName: string): string {
    return this.predecessors.get(digitsOf(uniqueName)) ?? "";
  }

  /** A key is revoked, which only a credential of its account could do: it need not be shown to prove the account. */
  noteRevoked({ uniqueName, keyId = "" }: ApiKeyState): void {
    this.replaceable.delete(uniqueName);
    this.recorded.delete(keyId);
  }

  recordedKeys(): readonly WitnessKey[] {
    return [...this.recorded.values()];
  }

  /**
   * Takes over a key, which no other resource may do at the same time: when a resource that adopts is replaced while
   * `adopt` still stands in the program, it adopts the same key once more, and the engine then deletes the old state.
   * That must not revoke the key.
   *
   * @throws KeyError where another resource is known to hold it.
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

  /** The adoption has failed: another attempt may follow. */
  releaseAdoption(keyId: string): void {
    this.adopted.delete(keyId);
  }

  /** A resource is not going to be replaced. */
  noteKept({ adoptedKeyId, keyId, previousKeyId }: ApiKeyState): void {
    if (adoptedKeyId === undefined) return;
    if (adoptedKeyId === keyId || adoptedKeyId === previousKeyId) this.staying.add(adoptedKeyId);
  }

  /**
   * Ids of the keys that are not to be revoked with a state, since another resource holds them.
   *
   * @throws KeyError in the update that adopted one of them again: the user meant to replace it.
   */
  heldBesides({ keyId = "", previousKeyId = "", name }: ApiKeyState): ReadonlySet<string> {
    if (this.adopted.has(keyId) || this.adopted.has(previousKeyId)) {
      throw new KeyError(
        `The key "${name}" (${keyId}) is not revoked, because the program has adopted it, or the one before it, again in ` +
          "this update. Nothing was changed at PayEngine: take adopt out of the program, run `pulumi up`, and replace " +
          "the key after that.",
      );
    }
    return this.staying;
  }

  /** A resource holds a value that somebody has made. */
  noteHolder({ madeByHand, fingerprint, uniqueName }: ApiKeyState): void {
    if (madeByHand && fingerprint !== undefined) this.holders.set(fingerprint, uniqueName);
  }

  /** Fingerprints of the values that other resources hold. */
  valuesHeldBesides({ uniqueName }: ApiKeyState): ReadonlySet<string> {
    const others = [...this.holders].filter(([, holder]) => holder !== uniqueName);
    return new Set(others.map(([fingerprint]) => fingerprint));
  }
}
