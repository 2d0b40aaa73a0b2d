import type { ApiKeyState } from "./state";

/** A key that a state holds, and the place where it was made. */
interface Recorded {
  readonly keyId: string;
  readonly name: string;
  readonly place: string | undefined;
}

/** Keys that states hold, as far as this process has seen: those of one place are witnesses for each other. */
export class RecordedKeys {
  private readonly keys = new Map<string, Recorded>();

  note({ keyId, name, apiUrl, credentialFingerprint }: ApiKeyState): void {
    if (keyId === undefined) return;
    const place = credentialFingerprint && `${apiUrl} ${credentialFingerprint}`;
    this.keys.set(keyId, { keyId, name, place });
  }

  /** Keys of other resources; first those that the same credential made at the same address. */
  besides({ keyId, previousKeyId, apiUrl, credentialFingerprint }: ApiKeyState): readonly {
    readonly keyId: string;
    readonly name: string;
    readonly isOfSamePlace: boolean;
  }[] {
    const place = credentialFingerprint && `${apiUrl} ${credentialFingerprint}`;
    return [...this.keys.values()]
      .filter((it) => it.keyId !== keyId && it.keyId !== previousKeyId)
      .map((it) => ({ ...it, isOfSamePlace: it.place !== undefined && it.place === place }))
      .sort((left, right) => Number(right.isOfSamePlace) - Number(left.isOfSamePlace));
  }
}
