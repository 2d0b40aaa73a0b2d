import { TextDecoder } from "node:util";
import { fingerprint } from "../../provider/payengine/key-value";
import { type Candidate, candidatesIn, USUAL_LENGTH } from "./candidates";
import type { HeldKey, KnownCredential, KnownKeys } from "./known-keys";

/** Bytes, all at once or as they come. */
export type Input = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * What an input has. No part of the input is in it.
 *
 * @internal
 */
export interface Scanned {
  /** Keys whose values are in the input. */
  readonly exact: ReadonlySet<HeldKey>;
  /** Keys whose redacted forms agree with one in the input. */
  readonly possible: ReadonlySet<HeldKey>;
  readonly credentials: ReadonlySet<KnownCredential>;
  /** Whether anything in it can be a key. */
  readonly hasCandidate: boolean;
  /** Whether it has a public key that none of the states has. */
  readonly hasUnknownPublicKey: boolean;
  /** Whether it is not text, such as a compressed file. */
  readonly isBinary: boolean;
}

const PIECE = 256 * 1024;
/** Pieces overlap, so that a candidate at the end of one is complete in the next. */
const OVERLAP = 4096;
/** A terminal or a mail breaks a long key into lines. */
const LONGEST_WRAPPED = 8192;
/** After so many positions in hex runs, a position must also fit the redacted form of a key. */
const FREE_POSITIONS = 1_000_000;
const PUBLIC_KEY = /^pk_[a-z]+_[A-Za-z0-9]{32}$/;
/** Text has fewer characters that cannot be decoded. */
const UNREADABLE = 0.15;

/**
 * Looks for known keys in an input of any length and any line length, in bounded memory.
 *
 * @param input UTF-8, or UTF-16 with a byte order mark.
 *
 * @internal
 */
export async function scanInput(input: Input, known: KnownKeys): Promise<Scanned> {
  const matches = new Matches(known);
  let total = 0;
  let isBinary = false;
  let last = "";
  for await (const piece of piecesOf(input)) {
    isBinary ||= !isText(piece);
    total += piece.length;
    matches.addAll(piece);
    last = piece;
  }
  // Prose on one line looks like a key.
  const { hasCandidate } = matches.result();
  if (total <= LONGEST_WRAPPED) for (const text of unwrapped(last)) matches.addAll(text);
  return { ...matches.result(), hasCandidate, isBinary };
}

function isText(piece: string): boolean {
  return !piece.includes("\u0000") && piece.split("\ufffd").length - 1 <= piece.length * UNREADABLE;
}

async function* piecesOf(input: Input): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let text = "";
  for await (const chunk of input) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    text += decoder.decode(chunk, { stream: true });
    for (; text.length >= PIECE + OVERLAP; text = text.slice(PIECE)) yield text.slice(0, PIECE + OVERLAP);
  }
  yield text + (decoder?.decode() ?? "");
}

/** Windows PowerShell redirects output to a file as UTF-16. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** A short input as one line, in case a terminal has broken a key into several. */
function unwrapped(text: string): string[] {
  const lines = text.trim().replace(/\s*[\r\n]+[\s>|]*/g, "");
  const bare = text.replace(/^\s*(authorization\s*:\s*)?((basic|bearer)\s+)?/i, "").replace(/\s+/g, "");
  return [...new Set([lines, bare])];
}

/** Compares candidates with the known keys. */
class Matches {
  private readonly exact = new Set<HeldKey>();
  private readonly possible = new Set<HeldKey>();
  private readonly credentials = new Set<KnownCredential>();
  private hasCandidate = false;
  private hasUnknownPublicKey = false;
  private positions = 0;

  constructor(private readonly known: KnownKeys) {}

  addAll(text: string): void {
    for (const candidate of candidatesIn(text)) this.add(candidate);
  }

  result(): Omit<Scanned, "isBinary"> {
    const { exact, possible, credentials, hasCandidate, hasUnknownPublicKey } = this;
    return { exact, possible, credentials, hasCandidate, hasUnknownPublicKey };
  }

  private add(candidate: Candidate): void {
    this.hasCandidate = true;
    if (candidate.kind === "redacted") {
      for (const held of this.known.withForm(candidate.shown)) this.possible.add(held);
    } else if (candidate.kind === "hex run") this.slide(candidate.text);
    else this.compare(candidate.text);
  }

  private compare(text: string): void {
    const print = fingerprint(text);
    const held = this.known.withValue(print);
    for (const each of held) this.exact.add(each);
    for (const use of this.known.withCredential(print.slice(0, 8))) this.credentials.add(use);
    if (held.length === 0 && PUBLIC_KEY.test(text)) this.hasUnknownPublicKey = true;
  }

  /** A key may be glued to other hex digits, such as the `0a` of an escape. */
  private slide(run: string): void {
    for (let from = 0; from + USUAL_LENGTH <= run.length; from += 1) {
      this.positions += 1;
      const to = from + USUAL_LENGTH;
      if (this.positions > FREE_POSITIONS && !this.known.mayHold(run, from, to)) continue;
      this.compare(run.slice(from, to));
    }
  }
}
