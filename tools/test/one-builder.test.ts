import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasEnded, linesOf, until, useMachine } from "./fake-machine";

const given = useMachine();

describe("one process builds at a time", () => {
  const find = () => given.machine.run("find-pulumi-cli.mjs");
  async function startSlowBuild() {
    const { machine } = given;
    machine.installGo({ FAKE_GO: "slow" });
    const { child, ended } = machine.start("find-pulumi-cli.mjs");
    await until(() => machine.builds().length === 1);
    const kill = async () => {
      child.kill("SIGKILL");
      await ended;
      await until(() => hasEnded(Number(machine.builds()[0]?.split(" ")[1])));
    };
    return { pid: child.pid, kill };
  }

  it("and the waiting processes use the result", async () => {
    given.machine.installGo();
    const outcomes = await Promise.all([find(), find(), find()]);

    const sources = outcomes.map(({ stdout }) => JSON.parse(stdout).source);
    expect(sources.sort()).toEqual(["build", "cache", "cache"]);
    expect(given.machine.builds()).toHaveLength(2);
  });

  it("and after a kill -9 the next one builds at once", async () => {
    const { machine } = given;
    const builder = await startSlowBuild();
    await builder.kill();

    machine.installGo();
    const next = await find();

    expect(JSON.parse(next.stdout)).toMatchObject({ source: "build" });
    expect(next.stderr).not.toContain("Waiting");
    expect(machine.builds()).toHaveLength(3);
    expect(readdirSync(machine.cache).filter((name) => name.startsWith(".draft"))).toEqual([]);
  });

  it("and waiting for it has a limit", async () => {
    const { pid, kill } = await startSlowBuild();
    given.machine.env.LIMITS = JSON.stringify({ waitMs: 1_000 });
    const waiter = await find();

    expect(waiter.code).toBe(1);
    expect(waiter.stderr).toBe(
      `Waiting for the build of Pulumi's CLI by process ${pid} (0 s)\n` +
        `Waited 1 s for the build of Pulumi's CLI by process ${pid}. ` +
        "If that process hangs, end it and run this again.\n",
    );
    await kill();
  });
});

/** Takes a lock, records when it enters and leaves, and releases it; optionally dies or stays inside. */
const HOLD = `
import { appendFileSync } from "node:fs";
import { withProcessLock } from "./process-lock.mjs";
const [folder, journal, end] = process.argv.slice(1);
const limitMs = Number(process.env.LOCK_LIMIT_MS ?? 20_000);
await withProcessLock(folder, { what: "the test", log: () => {}, limitMs }, async () => {
  appendFileSync(journal, "in " + process.pid + "\\n");
  await new Promise((resolve) => setTimeout(resolve, end === "stay" ? 20_000 : 20));
  if (end === "die") process.kill(process.pid, "SIGKILL");
  appendFileSync(journal, "out " + process.pid + "\\n");
});`;

describe("the lock", () => {
  let folder: string;
  let journal: string;
  beforeEach(() => {
    [folder, journal] = [join(given.machine.root, "lock"), join(given.machine.root, "journal")];
    mkdirSync(folder);
  });
  const start = (end: string) => given.machine.start(HOLD, folder, journal, end);
  const hold = (end = "") => start(end).ended;
  const FREE = { code: 0, stdout: "", stderr: "" };

  it("admits one process at a time, even if some die inside", async () => {
    await Promise.all(["", "die", "", "", "die", "", "", ""].map(hold));

    const lines = linesOf(journal);
    const entered = lines.filter((line) => line.startsWith("in"));
    const dead = entered.filter((line) => lines[lines.indexOf(line) + 1] !== line.replace("in", "out"));
    expect(entered).toHaveLength(8);
    expect(lines).toHaveLength(8 + 6);
    expect(dead).toHaveLength(2);
  });

  it("is not held by a new process with a dead owner's process ID", async () => {
    writeFileSync(join(folder, "owner"), String(process.pid));

    expect(await hold()).toEqual(FREE);
  });

  it("is held by an owner in another container while that lives", async () => {
    const owner = join(folder, "owner");
    // No process here has that ID.
    writeFileSync(owner, "4194305");
    const other = spawn("flock", [owner, "sh", "-c", "echo; exec cat"]);
    await new Promise((held) => other.stdout.once("data", held));
    given.machine.env.LOCK_LIMIT_MS = "600";

    expect((await hold()).stderr).toContain("Waited 1 s for the test by process 4194305.");
    other.stdin.end();
    await new Promise((ended) => other.once("close", ended));
    expect(await hold()).toEqual(FREE);
  });

  it("is held while its owner lives, however long ago it was taken", async () => {
    const { child } = start("stay");
    await until(() => existsSync(journal));
    const longAgo = new Date(Date.now() - 61_000);
    utimesSync(join(folder, "owner"), longAgo, longAgo);
    given.machine.env.LOCK_LIMIT_MS = "600";

    expect((await hold()).stderr).toContain(`Waited 1 s for the test by process ${child.pid}.`);
  });
});
