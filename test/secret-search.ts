import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { constants, gunzipSync } from "node:zlib";

/** Where to look: a file or a folder with all that is below it, or text that was captured. */
export type Haystack =
  | { readonly path: string }
  | { readonly name: string; readonly content: string | Uint8Array };

/** A secret that was found. Never holds the secret itself, so that a failing test does not leak it. */
export interface FoundSecret {
  /** First and last four characters. */
  readonly secret: string;
  readonly encoding: string;
  /** The file, or the name of the captured text. */
  readonly where: string;
  /** The first byte of the place. */
  readonly at: number;
}

/** So many characters in a row give a secret away; its redacted form, `3f9a…c21d`, never shows that many. */
const WINDOW = 12;

interface Needle {
  readonly secret: string;
  readonly encoding: string;
}

/**
 * Finds secrets, and every part of them that is 12 characters long: plain, in hex, percent-encoded, escaped for JSON,
 * and in base64 at each of its three offsets. Case is ignored, except in base64. What is compressed by gzip is searched
 * as it is and unpacked.
 *
 * @returns the first place of each secret, encoding and haystack; empty where nothing leaks.
 */
export function findSecrets(secrets: Iterable<string>, haystacks: Iterable<Haystack>): FoundSecret[] {
  const needles = needlesFor(new Set(secrets));
  const findings: FoundSecret[] = [];
  for (const { name, content } of contentsOf(haystacks)) {
    const exact = Buffer.from(content);
    const lower = lowerCased(exact);
    const seen = new Set<Needle>();
    for (const { length, ignoresCase, texts } of needles) {
      for (const { needle, at } of scan(ignoresCase ? lower : exact, length, texts)) {
        if (seen.has(needle)) continue;
        seen.add(needle);
        findings.push({ ...needle, where: name, at });
      }
    }
  }
  return findings;
}

/**
 * Whether a text has 12 characters of a secret in a row. Unlike {@link findSecrets} it knows no encodings, which is enough
 * for the strings of a memory, and takes a moment for many megabytes.
 */
export function hasPartOf(secret: string, text: string): boolean {
  return windowsOf(secret).some((window) => text.includes(window));
}

/** How many bytes a search of these reads. */
export function sizeOf(haystacks: Iterable<Haystack>): number {
  return [...contentsOf(haystacks)].reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
}

interface NeedlesOfOneLength {
  readonly length: number;
  readonly ignoresCase: boolean;
  readonly texts: Map<string, Needle>;
}

function needlesFor(secrets: Set<string>): NeedlesOfOneLength[] {
  const groups = new Map<string, NeedlesOfOneLength>();
  for (const secret of secrets) {
    if (secret === "") throw new Error("An empty secret would be found everywhere");
    const label = `${secret.slice(0, 4)}…${secret.slice(-4)}`;
    for (const [encoding, encode] of Object.entries(ENCODINGS)) {
      const needle = { secret: label, encoding };
      const ignoresCase = !encoding.startsWith("base64");
      for (const window of windowsOf(secret)) {
        const text = ignoresCase ? encode(window).toLowerCase() : encode(window);
        const length = Buffer.byteLength(text);
        const key = `${length} ${ignoresCase}`;
        const group = groups.get(key) ?? { length, ignoresCase, texts: new Map() };
        groups.set(key, group);
        const bytes = Buffer.from(text).toString("latin1");
        if (!group.texts.has(bytes)) group.texts.set(bytes, needle);
      }
    }
  }
  return [...groups.values()];
}

function windowsOf(secret: string): string[] {
  const last = Math.max(0, secret.length - WINDOW);
  return Array.from({ length: last + 1 }, (_, start) => secret.slice(start, start + WINDOW));
}

const ENCODINGS: Record<string, (text: string) => string> = {
  plain: (text) => text,
  json: (text) => JSON.stringify(text).slice(1, -1),
  // Go escapes these three in JSON.
  "json of Go": (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
  hex: (text) => Buffer.from(text).toString("hex"),
  url: encodeURIComponent,
  "url, every byte": (text) => Buffer.from(text).toString("hex").replace(/../g, "%$&"),
  "base64 at 0": (text) => base64Within(text, 0),
  "base64 at 1": (text) => base64Within(text, 1),
  "base64 at 2": (text) => base64Within(text, 2),
  "base64url at 0": (text) => urlSafe(base64Within(text, 0)),
  "base64url at 1": (text) => urlSafe(base64Within(text, 1)),
  "base64url at 2": (text) => urlSafe(base64Within(text, 2)),
};

/** The base64 digits that hold nothing but this text, when so many other bytes stand before it. */
function base64Within(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const firstWhole = Math.ceil((offset * 8) / 6);
  const lastWhole = Math.floor((bytes.length * 8) / 6);
  return bytes.toString("base64").slice(firstWhole, lastWhole);
}

function urlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}

function lowerCased(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)));
}

const BASE = 31;

/** One pass with a rolling hash: a state of a thousand keys has millions of places and thousands of needles. */
function* scan(
  hay: Buffer,
  length: number,
  texts: Map<string, Needle>,
): Generator<{ needle: Needle; at: number }> {
  if (hay.length < length) return;
  const hashes = new Set([...texts.keys()].map((text) => hashOf(Buffer.from(text, "latin1"), length)));
  let leaving = 1;
  for (let i = 1; i < length; i++) leaving = Math.imul(leaving, BASE);
  let hash = hashOf(hay, length);
  for (let at = 0; ; at++) {
    if (hashes.has(hash)) {
      const needle = texts.get(hay.toString("latin1", at, at + length));
      if (needle) yield { needle, at };
    }
    if (at + length >= hay.length) return;
    hash = (Math.imul(hash - Math.imul(hay[at], leaving), BASE) + hay[at + length]) | 0;
  }
}

function hashOf(bytes: Buffer, length: number): number {
  let hash = 0;
  for (let i = 0; i < length; i++) hash = (Math.imul(hash, BASE) + bytes[i]) | 0;
  return hash;
}

interface Content {
  readonly name: string;
  readonly content: string | Uint8Array;
}

function* contentsOf(haystacks: Iterable<Haystack>): Generator<Content> {
  for (const haystack of haystacks) {
    for (const found of "path" in haystack ? filesBelow(haystack.path) : [haystack]) {
      yield found;
      const bytes = Buffer.from(found.content);
      if (bytes[0] === 0x1f && bytes[1] === 0x8b)
        yield { name: `${found.name}, unpacked`, content: unpacked(bytes) };
    }
  }
}

/** Pulumi's automatic logs are compressed, and cut short where the CLI was killed. */
function unpacked(bytes: Buffer): Buffer {
  return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** Names of files count as content; links are not followed. */
function* filesBelow(path: string): Generator<Content> {
  yield { name: `the name of ${path}`, content: path };
  const status = lstatSync(path);
  if (status.isSymbolicLink()) yield { name: path, content: readlinkSync(path) };
  else if (status.isDirectory()) for (const name of readdirSync(path)) yield* filesBelow(join(path, name));
  else if (status.isFile()) yield { name: path, content: readFileSync(path) };
}
