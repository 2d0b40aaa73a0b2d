import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { held, pending, quiet, revokeOrphans, upUntil } from "./harness/blows";
import { later } from "./harness/later";
import { useStage } from "./harness/stage";

const run = promisify(execFile);
const given = useStage();

/** A file system that is soon full. */
let disk: string;
let isMounted = false;
beforeAll(async () => {
  disk = await realpath(await mkdtemp(join(tmpdir(), "payengine-e2e-disk-")));
  isMounted = await run("mount", ["-t", "tmpfs", "-o", "nr_inodes=200", "tmpfs", disk]).then(
    () => true,
    () => false,
  );
  if (!isMounted) console.warn("Not tested: this user may not mount a small file system.");
});
afterAll(async () => {
  if (isMounted) await run("umount", ["--lazy", disk]);
  await rm(disk, { recursive: true });
});

/**
 * Takes the last file that the disk has room for. With room for a file and none for what is in it, Pulumi's file
 * backend puts an empty file in the place of the state: what a provider does then has no bearing.
 */
async function fill(): Promise<string> {
  const filler = join(disk, "filler");
  await mkdir(filler);
  const create = async () => {
    for (let file = 0; ; file++) await writeFile(join(filler, String(file)), "");
  };
  await expect(create()).rejects.toThrow("ENOSPC");
  return filler;
}

test("a full disk under the backend while a key is made: state has its name from before, and it is revoked", async () => {
  if (!isMounted) return;
  const { stage } = given;
  await stage.control.addFault(held("createKey"));
  const project = await stage.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    config: { "payengine:apiUrl": stage.sandbox.url, "payengine:accountId": "acct_sandbox" },
    env: { PULUMI_BACKEND_URL: `file://${disk}` },
  });
  const { ended } = await upUntil(stage, project, pending("createKey"));
  const filler = await fill();
  const { exitCode, stdout } = await ended;
  expect([exitCode, stdout]).toEqual([255, expect.stringContaining("no space left on device")]);
  await rm(filler, { recursive: true });
  expect(await stage.liveKeys()).toHaveLength(1);

  await quiet(project);
  await project.run(["cancel", "--yes"]);
  const { exitCode: orphans } = await later(project, () => revokeOrphans(project));
  expect(orphans).toBe(0);
  expect(await stage.liveKeys()).toEqual([]);
  await project.up();
  expect(await stage.liveKeys()).toHaveLength(1);
});
