import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processesIn, until } from "../e2e/harness/processes";

const hasLsof = spawnSync("lsof", ["-v"]).error === undefined;

test.each(["linux", "darwin"] as const)(
  "what works in a folder is found as %s shows it",
  async (platform) => {
    if (platform === "darwin" && !hasLsof) return console.warn("There is no lsof here: nothing was shown");
    if (platform === "linux" && process.platform !== "linux") return;
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "payengine processes-")));
    const below = join(folder, "below");
    mkdirSync(below);
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { cwd: below });
    try {
      const found = await until("it is seen", async () => (await processesIn(folder, platform))[0]);
      expect(found).toEqual({
        pid: child.pid,
        command: `${process.execPath} -e setInterval(() => {}, 1000)`,
      });
    } finally {
      child.kill("SIGKILL");
    }
    await until("it is gone", async () => (await processesIn(folder, platform)).length === 0 || undefined);
    rmSync(folder, { recursive: true });
  },
);
