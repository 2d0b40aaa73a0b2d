import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { fingerprint, keyedHash, redact, sameHash } from "../src/key-value";
import { openSandbox, SandboxClient } from "./sandbox-client";
import { isInFiles, temporaryFolder } from "./temporary-folder";

describe("the database", () => {
  it("has no private value and no unkeyed hash of one, open or closed, but has public values", async () => {
    const folder = temporaryFolder();
    const { sandbox, control, admin } = await openSandbox({ db: join(folder, "keys.db") });
    const created = (await admin.create("server")).body.data.key ?? "";
    const open = (await admin.create("browser", "public")).body.data.key ?? "";
    const credential = (await control.newCredential("production", "Developer")).key;
    const secrets = [created, credential, admin.key];
    const hidden = [...secrets, ...secrets.map(fingerprint)];
    const found = () => [...hidden, open].map((text) => isInFiles(folder, text));
    const expected = [...hidden.map(() => false), true];

    expect(statSync(join(folder, "keys.db-wal")).size).toBeGreaterThan(0);
    expect(found()).toEqual(expected);
    await sandbox.close();
    expect(statSync(join(folder, "keys.db-wal")).size).toBe(0);
    expect(found()).toEqual(expected);
  });

  it("hashes the same value differently in another database", async () => {
    const value = "ab".repeat(51);
    const [one, other] = [keyedHash(value, "00".repeat(32)), keyedHash(value, "01".repeat(32))];

    expect(sameHash(one, keyedHash(value, "00".repeat(32)))).toBe(true);
    expect(sameHash(one, other)).toBe(false);
  });

  it("keeps keys, their uses and their revocation over a restart, and creates no second admin key", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const first = await openSandbox({ db });
    const kept = (await first.admin.create("kept")).body.data;
    const gone = (await first.admin.create("gone")).body.data;
    await first.admin.revoke(gone.id);
    await first.sandbox.close();

    const second = await openSandbox({ db });
    const admin = new SandboxClient(second.sandbox.url, first.admin.key);
    const withKey = (key = "") => new SandboxClient(second.sandbox.url, key).merchant();

    expect(second.sandbox.adminKey).toBeUndefined();
    expect(await admin.names()).toEqual(["kept"]);
    expect((await withKey(kept.key)).status).toBe(200);
    expect((await withKey(gone.key)).status).toBe(401);
  });

  it("fails to open on a file that is not a database", async () => {
    const folder = temporaryFolder();

    await expect(openSandbox({ db: folder })).rejects.toThrow();
  });

  it("fails to open a database of another version of the sandbox", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const other = new Database(db);
    other.exec("CREATE TABLE keys (id TEXT)");
    other.close();

    await expect(openSandbox({ db })).rejects.toThrow(
      "The database was created by another version of payengine-sandbox: use a new file",
    );
  });
});

describe("values", () => {
  it("are unique: 108 hex characters for private keys, and pk_test_… for public keys", async () => {
    const { admin } = await openSandbox();
    const of = async (type: string) => (await admin.create("a", type)).body.data.key;
    const [one, two, open] = [await of("private"), await of("private"), await of("public")];

    expect(one).toMatch(/^[0-9a-f]{108}$/);
    expect(two).toMatch(/^[0-9a-f]{108}$/);
    expect(two).not.toBe(one);
    expect(open).toMatch(/^pk_test_[0-9A-Za-z]{32}$/);
  });

  it("are shown once if private, and always if public", async () => {
    const { admin } = await openSandbox();
    const server = (await admin.create("server")).body.data;
    const browser = (await admin.create("browser", "public")).body.data;
    const { key, ...serverWithoutValue } = server;

    expect((await admin.get(server.id)).body.data).toEqual(serverWithoutValue);
    expect((await admin.get(browser.id)).body.data).toEqual(browser);
    expect((await admin.list()).body.data.slice(0, 2)).toEqual([browser, serverWithoutValue]);
    expect((await admin.list()).text).not.toContain(key);
  });

  it("have a fingerprint and a redacted form", async () => {
    const { admin, control } = await openSandbox();
    const { id, key = "", redacted_key } = (await admin.create("a")).body.data;

    expect(redacted_key).toBe(`${key.slice(0, 4)}…${key.slice(-4)}`);
    expect((await control.keys()).find((stored) => stored.id === id)).toMatchObject({
      fingerprint: createHash("sha256").update(key).digest("hex").slice(0, 16),
      redacted: redacted_key,
      publicValue: null,
    });
    expect(redact("pk_test_123456789")).toBe("1234…6789");
  });

  it("keep their fingerprint after a restart if public, and lose it if private", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const first = await openSandbox({ db });
    const server = (await first.admin.create("server")).body.data;
    const browser = (await first.admin.create("browser", "public")).body.data;
    await first.sandbox.close();

    const keys = await (await openSandbox({ db })).control.keys();

    const fingerprintOf = ({ id }: { id: string }) => keys.find((key) => key.id === id)?.fingerprint;
    expect(fingerprintOf(server)).toBeNull();
    expect(fingerprintOf(browser)).toBe(fingerprint(browser.key ?? ""));
  });
});

describe("a seed", () => {
  const firstKeys = async (seed: number | undefined) => {
    const { admin } = await openSandbox({ seed });
    const { id, key } = (await admin.create("a")).body.data;
    return [admin.key, id, key];
  };

  it("generates the same IDs and values each time, different from another seed or none", async () => {
    const seven = await firstKeys(7);

    expect(await firstKeys(7)).toEqual(seven);
    for (const others of [await firstKeys(8), await firstKeys(undefined)]) {
      for (const text of others) expect(seven).not.toContain(text);
    }
  });

  it("does not repeat them after a restart on the same database", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const { sandbox, admin } = await openSandbox({ db, seed: 7 });
    await sandbox.close();
    const values = new Set<string | undefined>();

    for (const name of ["second start", "third start"]) {
      const restarted = await openSandbox({ db, seed: 7 });
      values.add((await new SandboxClient(restarted.sandbox.url, admin.key).create(name)).body.data?.key);
      await restarted.sandbox.close();
    }

    expect([...values]).toEqual([
      expect.stringMatching(/^[0-9a-f]{108}$/),
      expect.stringMatching(/^[0-9a-f]{108}$/),
    ]);
  });
});
