import { LEAST_SHOWN, type ShownParts, shownParts } from "../../provider/payengine/key-value";
import type { ReadState } from "../pulumi/read-states";
import type { RecordedKey } from "../pulumi/recorded-key";

/**
 * A key whose value is in a state: the current or the previous one of a resource.
 *
 * @internal
 */
export interface HeldKey {
  /** Display name of the state. */
  readonly source: string;
  readonly from: ReadState["from"];
  readonly key: RecordedKey;
  readonly which: "current" | "previous";
}

/** A provider credential that has created keys of a state. */
export interface KnownCredential {
  /** Display name of the state. */
  readonly source: string;
  /** Address of the API where it has created them. */
  readonly apiUrl: string;
  /** Reference to the provider, `urn::id`. */
  readonly provider: string;
  /** How many keys of the state it has created. */
  readonly keys: number;
}

/** The start of every public key, which proves nothing. */
const MARKER = /^pk(_([a-z]+(_|$))?)?/;

/**
 * Keys by fingerprint and by redacted form, so that each candidate is looked up at once.
 *
 * @internal
 */
export class KnownKeys {
  private readonly byPrint = new Map<string, HeldKey[]>();
  private readonly byStart = new Map<string, Shown[]>();
  private readonly byEnd = new Map<string, Shown[]>();
  /** Redacted forms that show few characters on each side. */
  private readonly byBoth = new Map<string, Shown[]>();
  private readonly credentials = new Map<string, Map<string, KnownCredential>>();

  /** Adds the keys of a state. */
  add({ name: source, from, state }: ReadState): void {
    for (const key of [...state.keys, ...state.madeByHand]) {
      const { previous } = key;
      this.put({ source, from, key, which: "current" }, key);
      if (previous !== undefined) this.put({ source, from, key, which: "previous" }, previous);
      this.putCredential(source, key);
    }
  }

  private put(held: HeldKey, { fingerprint, redactedToken }: Partial<RecordedKey>): void {
    if (fingerprint !== undefined) append(this.byPrint, fingerprint, held);
    const parts = redactedToken === undefined ? undefined : shownParts(redactedToken);
    if (parts === undefined) return;
    const shown = { ...proving(parts), held };
    const { start, end } = shown;
    if (start.length >= LEAST_SHOWN) append(this.byStart, start.slice(0, LEAST_SHOWN), shown);
    if (end.length >= LEAST_SHOWN) append(this.byEnd, end.slice(-LEAST_SHOWN), shown);
    if (start.length > 0 && end.length > 0) append(this.byBoth, outer(shown), shown);
  }

  private putCredential(
    source: string,
    { credentialFingerprint: print, apiUrl, provider }: RecordedKey,
  ): void {
    if (print === undefined) return;
    const uses = this.credentials.get(print) ?? new Map<string, KnownCredential>();
    const id = JSON.stringify([source, apiUrl, provider]);
    uses.set(id, { source, apiUrl, provider, keys: (uses.get(id)?.keys ?? 0) + 1 });
    this.credentials.set(print, uses);
  }

  /** Keys with the value of this fingerprint. */
  withValue(print: string): readonly HeldKey[] {
    return this.byPrint.get(print) ?? [];
  }

  /** Stacks whose keys the credential of this short fingerprint has created. */
  withCredential(print: string): readonly KnownCredential[] {
    return [...(this.credentials.get(print)?.values() ?? [])];
  }

  /** Keys whose redacted form agrees with another one, in at least four characters that both show. */
  withForm(parts: ShownParts): readonly HeldKey[] {
    const asked = proving(parts);
    const { start, end } = asked;
    const isShort = start.length < LEAST_SHOWN && end.length < LEAST_SHOWN;
    const near = isShort
      ? (this.byBoth.get(outer(asked)) ?? [])
      : [
          ...(this.byStart.get(start.slice(0, LEAST_SHOWN)) ?? []),
          ...(this.byEnd.get(end.slice(-LEAST_SHOWN)) ?? []),
        ];
    return [...new Set(near.filter((shown) => agree(asked, shown)).map(({ held }) => held))];
  }

  /** Says whether the redacted form of a key begins or ends like this text, of which only some characters are looked at. */
  mayHold(text: string, from: number, to: number): boolean {
    return (
      this.byStart.has(text.slice(from, from + LEAST_SHOWN)) ||
      this.byEnd.has(text.slice(to - LEAST_SHOWN, to))
    );
  }
}

interface Shown extends ShownParts {
  readonly held: HeldKey;
}

/** The first and the last character. */
function outer({ start, end }: ShownParts): string {
  return start.slice(0, 1) + end.slice(-1);
}

function proving({ start, end }: ShownParts): ShownParts {
  return { start: start.replace(MARKER, ""), end };
}

function agree(left: ShownParts, right: ShownParts): boolean {
  const starts = Math.min(left.start.length, right.start.length);
  const ends = Math.min(left.end.length, right.end.length);
  return (
    starts + ends >= LEAST_SHOWN &&
    left.start.slice(0, starts) === right.start.slice(0, starts) &&
    left.end.slice(left.end.length - ends) === right.end.slice(right.end.length - ends)
  );
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
