import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { FakeMachine, hasEnded, until } from "./fake-machine";

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => machine.remove());

describe("one process builds at a time", () => {
  it("and those that waited use what it built", async () => {
    machine.installGo();
    const outcomes = await Promise.all([1, 2, 3].map(() => machine.run("find-pulumi-cli.mjs")));

    const sources = outcomes.map(({ stdout }) => JSON.parse(stdout).source);
    expect(sources.sort()).toEqual(["build", "cache", "cache"]);
    expect(machine.builds()).toHaveLength(2);
  });

  it("and after a kill -9 the next one builds at once", async () => {
    machine.installGo({ FAKE_GO: "slow" });
    const killed = machine.start("find-pulumi-cli.mjs");
    await until(() => machine.builds().length === 1);
    killed.child.kill("SIGKILL");
    await killed.ended;
    await until(() => hasEnded(machine.compiler()));

    machine.installGo();
    const next = await machine.run("find-pulumi-cli.mjs");

    expect(JSON.parse(next.stdout)).toMatchObject({ source: "build" });
    expect(next.stderr).not.toContain("Waiting");
    expect(machine.builds()).toHaveLength(3);
    expect(readdirSync(machine.cache).filter((name) => name.startsWith(".draft"))).toEqual([]);
  });

  it("and waiting for it has an end", async () => {
    machine.installGo({ FAKE_GO: "slow" });
    const builder = machine.start("find-pulumi-cli.mjs");
    await until(() => machine.builds().length === 1);
    machine.env.LIMITS = JSON.stringify({ waitMs: 1_000 });
    const waiter = await machine.run("find-pulumi-cli.mjs");

    const { pid } = builder.child;
    expect(waiter.code).toBe(1);
    expect(waiter.stderr).toBe(
      `Waiting for the build of Pulumi's CLI by process ${pid} (0 s)\n` +
        `Waited 1 s for the build of Pulumi's CLI by process ${pid}. ` +
        "See what that process is doing, end it if it hangs, and run this again.\n",
    );
    builder.child.kill("SIGKILL");
    await builder.ended;
    await until(() => hasEnded(machine.compiler()));
  });
});

describe("the lock", () => {
  const files = () => ({ folder: join(machine.root, "lock"), journal: join(machine.root, "journal") });

  it("lets one in at a time, though some die inside", async () => {
    const { folder, journal } = files();
    const ends = ["", "die", "", "", "die", "", "", ""];
    await Promise.all(ends.map((end) => machine.run("hold-lock.mjs", folder, journal, end)));

    const lines = readFileSync(journal, "utf8").trim().split("\n");
    const dead = lines.filter(
      (line, index) => line.startsWith("in") && lines[index + 1] !== line.replace("in", "out"),
    );
    expect(lines.filter((line) => line.startsWith("in"))).toHaveLength(8);
    expect(lines.filter((line) => line.startsWith("out"))).toHaveLength(6);
    expect(dead).toHaveLength(2);
  });

  it("is not held by a new process that bears a dead owner's number", async () => {
    const { folder, journal } = files();
    mkdirSync(folder);
    writeFileSync(join(folder, "7"), JSON.stringify({ pid: process.pid, started: "another time" }));

    const outcome = await machine.run("hold-lock.mjs", folder, journal);

    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readdirSync(folder)).toEqual(["8"]);
  });

  it("is held by an owner in another container for as long as it gives signs of life", async () => {
    const { folder, journal } = files();
    const claim = join(folder, "7");
    mkdirSync(folder);
    // Here, no process has that number.
    writeFileSync(claim, JSON.stringify({ pid: 4_194_305, started: "1", processes: "another container" }));
    machine.env.LOCK_LIMIT_MS = "600";

    const refused = await machine.run("hold-lock.mjs", folder, journal);
    const longAgo = new Date(Date.now() - 61_000);
    utimesSync(claim, longAgo, longAgo);
    const taken = await machine.run("hold-lock.mjs", folder, journal);

    expect(refused.stderr).toContain("Waited 1 s for the test by process 4194305.");
    expect(taken).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("shows that its owner is alive", async () => {
    const { folder, journal } = files();
    machine.start("hold-lock.mjs", folder, journal, "stay");
    await until(() => existsSync(journal));
    const claim = join(folder, "1");
    const longAgo = new Date(Date.now() - 61_000);
    utimesSync(claim, longAgo, longAgo);

    await until(() => statSync(claim).mtimeMs > Date.now() - 10_000);
  });
});
