import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPulumi } from "../../recovery/pulumi/run-pulumi";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "payengine-run-pulumi-"));
});

afterEach(() => rm(folder, { recursive: true }));

/** Runs a script instead of Pulumi's CLI, and returns how it failed and how long it took. */
async function runScript(script: string, limitMs: number, graceMs?: number) {
  const command = join(folder, "pulumi");
  await writeFile(command, `#!/bin/sh\n${script}\n`);
  await chmod(command, 0o755);
  const start = Date.now();
  const how = { command, cwd: folder, env: process.env };
  const said = await runPulumi(how, ["refresh"], limitMs, graceMs).catch((error: Error) => error.message);
  return { said, took: Date.now() - start };
}

const DEAF = "trap '' TERM\nsleep 8 & wait; sleep 8";

test("a command that only reads is killed with its children when its time is over", async () => {
  const { said, took } = await runScript(DEAF, 500);
  expect(said).toBe("`pulumi refresh` took longer than 0.5 s and was stopped");
  expect(took).toBeLessThan(5_000);
});

const LOCKED =
  "`pulumi refresh` took longer than 0.5 s and was stopped; the stack may still be locked; if so, run `pulumi cancel`";

test("a command that writes state may end in order, and its output is read to the end", async () => {
  const { said, took } = await runScript(
    `trap 'echo ending; echo ordered > ${"$"}0.end; exit 1' TERM\nsleep 8 >/dev/null 2>&1 & wait`,
    500,
    5_000,
  );
  expect([said, took < 5_000]).toEqual([LOCKED, true]);
  const { said: end } = await runScript(`cat ${join(folder, "pulumi.end")}`, 5_000);
  expect(end).toBe("ordered\n");
});

test("a command that does not end in order is killed after its grace period", async () => {
  const { said, took } = await runScript(DEAF, 500, 500);
  expect([said, took < 5_000]).toEqual([LOCKED, true]);
});

test("an error does not repeat the password of a database backend", async () => {
  const address = "postgres://pulumi:pass:word@db.internal:5432/state/.pulumi/locks/x.json?sslmode=require";
  const { said } = await runScript(
    `echo "error: the stack is locked" >&2; echo "  ${address}: by me" >&2; exit 255`,
    5_000,
  );
  expect(said).toBe(
    "`pulumi refresh` failed: the stack is locked " +
      "postgres://pulumi:[redacted]@db.internal:5432/state/.pulumi/locks/x.json?sslmode=require: by me",
  );
});
