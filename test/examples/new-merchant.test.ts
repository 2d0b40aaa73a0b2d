import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import { until } from "../e2e/harness/processes";
import type { Project } from "../e2e/harness/project";
import { exampleProject } from "./example";

const given = useFixture();

const project = async (fixture: Fixture, name: string) =>
  exampleProject(fixture, "new-merchant", {
    stack: name,
    secrets: {},
    env: { PAYENGINE_API_URL: fixture.sandbox.url, PAYENGINE_API_KEY: fixture.credential },
  });

/** Starts the example in its own process group, as a terminal or a supervisor does. */
function provision(of: Project, merchant: string) {
  const child = spawn(process.execPath, ["provision.mjs", merchant], {
    cwd: of.folder,
    env: of.env,
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([exitCode]) => {
    of.said.push({ command: `provision ${merchant}`, exitCode, stdout, stderr });
    return { exitCode, stdout, stderr };
  });
  return { pid: child.pid ?? 0, ended };
}

test("a new merchant gets a stack with two keys, and the program prints its progress", async () => {
  const { fixture } = given;
  const acme = await project(fixture, "acme");
  const { exitCode, stdout, stderr } = await provision(acme, "acme").ended;
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(
    stdout
      .split("\n")
      .filter((line) => line.startsWith("create "))
      .sort(),
  ).toEqual(["create client", "create default", "create payengine-new-merchant-acme", "create server"]);
  expect(stdout).toMatch(/^Merchant acme is ready\. Its public key is pk_test_\w+$/m);
  expect(await fixture.liveKeys()).toHaveLength(2);
});

test("a failure revokes the keys and removes the stack", async () => {
  const { fixture } = given;
  const other = await project(fixture, "other");
  await fixture.control.addFault({
    operation: "createKey",
    kind: "statusBeforeCommit",
    status: 403,
    skip: 1,
  });
  const { exitCode, stdout, stderr } = await provision(other, "acme").ended;
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^Merchant acme could not be provisioned: Could not create the key .*returned 403 for POST/,
  );
  expect(stdout).toMatch(/\nRevoked the keys and removed the stack\n$/);
  expect(await fixture.liveKeys()).toEqual([]);
  expect((await other.ok("stack", "ls")).stdout).not.toContain("acme");
});

test.each([
  ["Ctrl-C at the terminal", (pid: number) => process.kill(-pid, "SIGINT")],
  ["SIGTERM from a supervisor", (pid: number) => process.kill(pid, "SIGTERM")],
])("%s while a key is being created revokes the keys and removes the stack", async (_name, strike) => {
  const { fixture } = given;
  const other = await project(fixture, "other");
  await fixture.control.addFault({
    operation: "createKey",
    kind: "delay",
    beforeCommitMs: 1_500,
    times: "always",
  });
  const { pid, ended } = provision(other, "acme");
  await until(
    "a key is being created",
    async () =>
      (await fixture.control.requests()).some(({ operation }) => operation === "createKey") || undefined,
  );
  strike(pid);
  const { exitCode, stdout, stderr } = await ended;
  expect(exitCode).toBe(1);
  expect(stderr).toContain("Stopping when the current operation ends\n");
  expect(stdout).toMatch(/\nRevoked the keys and removed the stack\n$/);
  expect(await fixture.liveKeys()).toEqual([]);
});

test("without a merchant's name it prints the usage", async () => {
  const other = await project(given.fixture, "other");
  const { exitCode, stderr } = await provision(other, "").ended;
  expect([exitCode, stderr]).toEqual([
    2,
    "Usage: node provision.mjs <merchant> (lowercase letters, digits and -, starting with a letter)\n",
  ]);
});
