import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { held, pending, quiet, revokeOrphans, upUntil } from "./harness/blows";
import { later } from "./harness/later";
import { fillDisk, freeDisk, mountSmallDisk, unmount } from "./harness/small-disk";
import { useStage } from "./harness/stage";

const given = useStage();

/** A file system that is soon full. */
let disk: string;
let isMounted = false;
beforeAll(async () => {
  disk = await realpath(await mkdtemp(join(tmpdir(), "payengine-e2e-disk-")));
  isMounted = await mountSmallDisk(disk);
  if (!isMounted) console.warn("Not tested: this user may not mount a small file system.");
});
afterAll(async () => {
  if (isMounted) await unmount(disk);
  await rm(disk, { recursive: true });
});

test("a full disk under the backend while a key is made: state has its name from before, and it is revoked", async () => {
  if (!isMounted) return;
  const { stage } = given;
  await stage.control.addFault(held("createKey"));
  const project = await stage.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    env: { PULUMI_BACKEND_URL: `file://${disk}` },
  });
  const { ended } = await upUntil(stage, project, pending("createKey"));
  await fillDisk(disk);
  const { exitCode, stdout } = await ended;
  expect([exitCode, stdout]).toEqual([255, expect.stringContaining("no space left on device")]);
  await freeDisk(disk);
  expect(await stage.liveKeys()).toHaveLength(1);

  await quiet(project);
  await project.run(["cancel", "--yes"]);
  const { exitCode: orphans } = await later(project, () => revokeOrphans(project));
  expect(orphans).toBe(0);
  expect(await stage.liveKeys()).toEqual([]);
  await project.up();
  expect(await stage.liveKeys()).toHaveLength(1);
});
