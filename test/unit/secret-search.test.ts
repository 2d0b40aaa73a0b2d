import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { findSecrets } from "../secret-search";

const privateKey =
  "3f9a71c0de55b2e84417cafe9d02aa61b7390f5c8e14d6b20a9f4477c3158be6d2f00b93a1c5e7724d8e6f1039bbacc21d";
const password = 'p@ss/w:rd <"&%é> 7';
const found = (secret: string, content: string | Uint8Array) =>
  findSecrets([secret], [{ name: "text", content }]).map(({ encoding }) => encoding);

const base64After = (prefix: string, secret: string) =>
  Buffer.from(`${prefix}${secret}tail`).toString("base64");

describe("findSecrets", () => {
  test.each([
    ["as it is", `token: ${privateKey}\n`, "plain"],
    ["in capitals", privateKey.toUpperCase(), "plain"],
    ["in part, from its middle", `…${privateKey.slice(40, 52)}…`, "plain"],
    ["in part, from its end", privateKey.slice(-12), "plain"],
    ["in hex", Buffer.from(privateKey).toString("hex"), "hex"],
    ["in capital hex", Buffer.from(privateKey).toString("hex").toUpperCase(), "hex"],
    ["in base64", base64After("", privateKey), "base64 at 0"],
    ["in base64 after one byte", base64After("a", privateKey), "base64 at 1"],
    ["in base64 after two bytes", base64After("ab", privateKey), "base64 at 2"],
    ["in base64 after three bytes", base64After("abc", privateKey), "base64 at 0"],
    [
      "with every byte percent-encoded",
      privateKey.replace(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`),
      "url, every byte",
    ],
  ])("finds a key %s", (_, text, encoding) => {
    expect(found(privateKey, text)).toContain(encoding);
  });

  test.each([
    ["as it is", password, "plain"],
    ["in a URL", `http://user:${encodeURIComponent(password)}@127.0.0.1`, "url"],
    ["in JSON", JSON.stringify({ password }), "json"],
    [
      "in Go's JSON",
      JSON.stringify({ password }).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
      "json of Go",
    ],
    ["in URL-safe base64", Buffer.from(`x${"~~~???".repeat(3)}`).toString("base64url"), "base64url at 1"],
  ])("finds a password of any characters %s", (_, text, encoding) => {
    const secret = encoding.startsWith("base64url") ? "~~~???".repeat(3) : password;
    expect(found(secret, text)).toContain(encoding);
  });

  test.each([
    ["whole", (packed: Buffer) => packed],
    ["cut short", (packed: Buffer) => packed.subarray(0, -12)],
  ])("finds a key in a file that is compressed by gzip, %s", (_, file) => {
    const text = `${privateKey} and in base64 ${base64After("a", privateKey)}`;

    expect(found(privateKey, file(gzipSync(text)))).toEqual(expect.arrayContaining(["plain", "base64 at 1"]));
  });

  test("finds a secret that is shorter than a window only if it is complete", () => {
    expect(found("hunter2", "the password is hunter2.")).toContain("plain");
    expect(found("hunter2", "the password is hunter.")).toEqual([]);
  });

  test("ignores the redacted form, the fingerprint and eleven characters in a row", () => {
    const redacted = `${privateKey.slice(0, 4)}…${privateKey.slice(-4)}`;
    expect(found(privateKey, `${redacted} ${privateKey.slice(0, 11)} ${privateKey.slice(-11)}`)).toEqual([]);
  });

  test("finds any window in base64 at any place of any text", () => {
    const windows = fc.nat({ max: privateKey.length - 12 });
    fc.assert(
      fc.property(
        windows,
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        (start, before, after) => {
          const window = Buffer.from(privateKey.slice(start, start + 12));
          const text = Buffer.concat([before, window, after]);
          return [text, text.toString("hex"), text.toString("base64"), text.toString("base64url")].every(
            (encoded) => found(privateKey, encoded).length > 0,
          );
        },
      ),
    );
  });

  test("finds nothing in bytes without any part of it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => found(privateKey, bytes).length === 0),
    );
  });

  test("finds a secret in files, file names and links at any depth, and reports only the location", () => {
    const folder = mkdtempSync(join(tmpdir(), "secret-search-"));
    try {
      mkdirSync(join(folder, "a/b"), { recursive: true });
      const binary = join(folder, "a/b/state.gz");
      const link = join(folder, "a/link");
      const named = join(folder, privateKey.slice(0, 20));
      writeFileSync(binary, Buffer.concat([Buffer.from([0, 255, 0, 128]), Buffer.from(privateKey)]));
      symlinkSync(`/nowhere/${privateKey}`, link);
      writeFileSync(named, "");
      writeFileSync(join(folder, "innocent"), "nothing");

      const findings = findSecrets([privateKey], [{ path: folder }]);
      expect(findings.map(({ where }) => where).sort()).toEqual(
        [binary, link, `the name of ${named}`].sort(),
      );
      expect(findings.find(({ where }) => where === binary)).toEqual({
        secret: "3f9a…c21d",
        encoding: "plain",
        where: binary,
        at: 4,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("refuses an empty secret and a missing folder", () => {
    expect(() => findSecrets([""], [])).toThrow("An empty secret would be found everywhere");
    expect(() => findSecrets(["secret"], [{ path: "/nowhere/at/all" }])).toThrow("ENOENT");
  });
});
