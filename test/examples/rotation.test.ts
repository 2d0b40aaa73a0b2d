import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { exampleProject } from "./example";

const given = useFixture();

/** The example's consumer, which sends a request for each line and prints the response's status. */
function startConsumer(project: Project) {
  const child: ChildProcess = spawn(process.execPath, ["consumer.mjs"], {
    cwd: project.folder,
    env: project.env,
    stdio: "pipe",
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const printed = once(createInterface({ input: child.stderr as NodeJS.ReadableStream }), "line");
  return {
    /** The first line that it prints. */
    async greeting(): Promise<string> {
      return (await printed)[0];
    },
    async request(): Promise<string> {
      child.stdin?.write("\n");
      return (await lines.next()).value;
    },
    async end(): Promise<number> {
      const exited = once(child, "exit");
      child.stdin?.end();
      const [code] = await exited;
      return code;
    },
  };
}

test("a consumer keeps working through a rotation, its overlap and the revocation of the old key", async () => {
  const { fixture } = given;
  const project = await exampleProject(fixture, "rotation");
  await project.ok("config", "set", "overlap", "3s");
  expect((await project.up()).stdout).not.toContain("Undefined value");
  const { token } = await project.outputs();
  const consumer = startConsumer(project);
  expect(await consumer.greeting()).toBe("Press Enter to send a request, Ctrl-D to end.");
  expect(await consumer.request()).toBe("GET /merchant: 200");

  await project.ok("config", "set", "rotation", "2");
  await project.up();
  const rotated = await project.outputs();
  expect(rotated).toMatchObject({ previous: { token, worksUntil: expect.any(String) } });
  expect(await consumer.request()).toBe("GET /merchant: 200");

  const until = Date.parse((rotated.previous as { worksUntil: string }).worksUntil);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, until - Date.now())));
  await project.up();
  expect(await fixture.authenticates(String(token))).toBe(false);
  expect(await consumer.request()).toBe("GET /merchant: 200");
  expect(await consumer.end()).toBe(0);
});
