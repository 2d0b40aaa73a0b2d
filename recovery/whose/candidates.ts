import { LEAST_SHOWN, SHORTEST_PRIVATE, type ShownParts } from "../../provider/payengine/key-value";
import { viewsOf } from "./text-views";

/** A part of a text that may be a key or stand for one. */
export type Candidate =
  | { readonly kind: "value"; readonly text: string }
  /** Hex digits, more than a private key has: it may be anywhere in them. */
  | { readonly kind: "hex run"; readonly text: string }
  | { readonly kind: "redacted"; readonly shown: ShownParts };

/** The length of a private key, as far as PayEngine publishes it. */
export const USUAL_LENGTH = 108;
/** No key is known to be longer. */
export const LONGEST = 512;

const WORD = new RegExp(`[\\w-]{${SHORTEST_PRIVATE},}`, "g");
/** Also the characters of base64, URLs and tokens with dots. */
const WIDE = new RegExp(`[\\w.+/=~-]{${SHORTEST_PRIVATE},}`, "g");
/** What can be sent in a header, without what surrounds it in code and logs. */
const PRINTABLE = new RegExp(
  `[^\\s"'\`<>(){}[\\],;\\\\\\u0000-\\u001f\\u007f-\\uffff]{${SHORTEST_PRIVATE},}`,
  "g",
);
const HEX_RUN = new RegExp(`[0-9A-Fa-f]{${USUAL_LENGTH},}`, "g");
const PUBLIC = /pk_[a-z]{1,16}_[A-Za-z0-9]{32}/g;
/** The hidden part of a redacted value. */
const MASK = /…|\.{2,}|[*•]+|[xX]{4,}/g;
const MOST_SHOWN = 64;
const BASE64 = /[A-Za-z0-9+/_-]{27,}/g;
/** So many characters of base64 show whether they hold text. */
const SAMPLE = 24;
/** Text has colors and other characters too; of random bytes, about a third are printable. */
const TEXT = 2 / 3;
/** A header in a body in a log. */
const DEEPEST = 3;

/** Finds what may be a key, in plaintext, escaped or encoded. The same candidate may come more than once. */
export function* candidatesIn(text: string, depth = 0): Generator<Candidate> {
  for (const view of viewsOf(text)) {
    yield* valuesIn(view);
    for (const [run] of view.matchAll(HEX_RUN)) yield { kind: "hex run", text: run };
    yield* redactedIn(view);
    if (depth < DEEPEST) for (const inner of base64In(view)) yield* candidatesIn(inner, depth + 1);
  }
}

function* valuesIn(text: string): Generator<Candidate> {
  for (const [word] of text.matchAll(WORD)) yield* value(word);
  for (const [run] of text.matchAll(WIDE)) if (/[.+/=~]/.test(run)) yield* variants(run);
  for (const [run] of text.matchAll(PRINTABLE)) if (/[^\w.+/=~-]/.test(run)) yield* variants(run);
  // A public key beside other characters of words.
  if (text.includes("pk_")) for (const [key] of text.matchAll(PUBLIC)) yield* value(key);
}

/** Punctuation at both ends. Looking behind, it does not begin anew at each character of a long run. */
const AROUND = /^[.+/=~:!?]+|(?<![.+/~:!?])[.+/~:!?]+$/g;
const PADDING = /(?<!=)=+$/;

/** A run as it is, without punctuation around it, and what follows a name. */
function* variants(run: string): Generator<Candidate> {
  if (run.length > 2 * LONGEST) return;
  const bare = run.replace(AROUND, "");
  const [, assigned = ""] = /^[\w.-]+[=:]+(.+)$/.exec(bare) ?? [];
  for (const text of new Set([run, bare, bare.replace(PADDING, ""), assigned])) yield* value(text);
}

function* value(text: string): Generator<Candidate> {
  if (text.length >= SHORTEST_PRIVATE && text.length <= LONGEST) yield { kind: "value", text };
}

function* redactedIn(text: string): Generator<Candidate> {
  for (const { 0: mask, index } of text.matchAll(MASK)) {
    const [start = ""] = /[\w-]*$/.exec(text.slice(Math.max(0, index - MOST_SHOWN), index)) ?? [];
    const after = index + mask.length;
    const [end = ""] = /^[\w-]*/.exec(text.slice(after, after + MOST_SHOWN)) ?? [];
    if (start.length + end.length >= LEAST_SHOWN) yield { kind: "redacted", shown: { start, end } };
  }
}

/** The texts in base64. A run that a piece cuts at its start may have lost part of a group of four. */
function* base64In(text: string): Generator<string> {
  for (const { 0: run, index } of text.matchAll(BASE64)) {
    for (const skipped of index === 0 ? [0, 1, 2, 3] : [0]) {
      const bytes = Buffer.from(run.slice(skipped, skipped + SAMPLE), "base64");
      if (bytes.filter(isPrintable).length >= bytes.length * TEXT)
        yield Buffer.from(run.slice(skipped), "base64").toString();
    }
  }
}

function isPrintable(byte: number): boolean {
  return byte >= 32 && byte < 127;
}
