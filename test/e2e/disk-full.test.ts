import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useFixture } from "./harness/fixture";
import { held, pending, quiet, runOrphansRevoke, upUntil } from "./harness/interruptions";
import { later } from "./harness/later";
import { hasFailed } from "./harness/run-program";
import { fillDisk, freeDisk, mountSmallDisk, unmount } from "./harness/small-disk";

const given = useFixture();

/** A small file system. */
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

test("a key created while the backend's disk is full is revoked by its name in state", async () => {
  if (!isMounted) return;
  const { fixture } = given;
  await fixture.control.addFault(held("createKey"));
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    env: { PULUMI_BACKEND_URL: `file://${disk}` },
  });
  const { ended } = await upUntil(fixture, project, pending("createKey"));
  await fillDisk(disk);
  const up = await ended;
  expect([hasFailed(up), up.stdout]).toEqual([true, expect.stringContaining("no space left on device")]);
  await freeDisk(disk);
  expect(await fixture.liveKeys()).toHaveLength(1);

  await quiet(project);
  await project.run(["cancel", "--yes"]);
  const { exitCode: orphans } = await later(project, () => runOrphansRevoke(project));
  expect(orphans).toBe(0);
  expect(await fixture.liveKeys()).toEqual([]);
  await project.up();
  expect(await fixture.liveKeys()).toHaveLength(1);
});
