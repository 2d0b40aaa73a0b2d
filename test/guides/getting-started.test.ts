import { spawn } from "node:child_process";
import { on, once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import { ACCOUNT, authenticates, GUIDE, LOCAL, makesKey, makesProject, UNPUBLISHED } from "./getting-started";
import { REPOSITORY, readGuide } from "./guide";
import { NewUser } from "./new-user";

const given = useFixture();

const SANDBOX = join(REPOSITORY, "sandbox/bin/payengine-sandbox.js");

test("the guide leads from an empty folder to a working key in a PayEngine account", async () => {
  const { fixture } = given;
  const credential = await fixture.newCredential("sandbox", "Developer");
  const user = await NewUser.reading(fixture, GUIDE, { skipped: [LOCAL, UNPUBLISHED] });
  try {
    await makesProject(user);
    await user.reader.follow("pulumi config set payengine:apiUrl https://console.payengine.dev/api");
    const token = await makesKey(user, credential.key, async (key) => {
      expect(await fixture.authenticates(key)).toBe(true);
      expect((await fixture.liveKeys()).map(({ name }) => name)).toEqual([
        expect.stringMatching(/^shop-dev-checkout-[0-9a-f]{10}$/),
      ]);
    });
    expect(await fixture.authenticates(token)).toBe(false);
  } finally {
    await user.leave();
  }
});

test("the guide leads from an empty folder to a working key in the sandbox that it starts", async () => {
  const { fixture } = given;
  const [start, output] = (await readGuide(GUIDE)).filter(({ section }) => section === LOCAL);
  const sandbox = await startSandbox(fixture, start.text);
  // A free port, because another sandbox on this machine may use the default port.
  expect(sandbox.shown.replaceAll(`:${new URL(sandbox.url).port}/`, ":4010/")).toBe(output.text.trim());
  const user = await NewUser.reading(fixture, GUIDE, {
    skipped: [ACCOUNT, UNPUBLISHED],
    apiUrl: sandbox.url,
  });
  try {
    await makesProject(user);
    // The input and output of the second terminal.
    user.reader.unread.splice(0, 2);
    await user.reader.follow("pulumi config set payengine:apiUrl http://127.0.0.1:4010/api");
    const works = (key: string) => authenticates(sandbox.url, key);
    const token = await makesKey(user, sandbox.key, async (key) => expect(await works(key)).toBe(true));
    expect(await works(token)).toBe(false);
  } finally {
    await user.leave();
    await sandbox.stop();
  }
});

test("the guide packs both packages before they are published", async () => {
  const blocks = (await readGuide(GUIDE)).filter(({ section }) => section === UNPUBLISHED);
  const lines = blocks.map(({ text }) => text).join("");
  for (const folder of [".", "sandbox"]) {
    const { name, version } = JSON.parse(await readFile(join(REPOSITORY, folder, "package.json"), "utf8"));
    expect(lines).toContain(` ./${name}-${version}.tgz`);
  }
});

/** Runs the guide's line in a second terminal, on a free port. */
async function startSandbox(fixture: Fixture, line: string) {
  const [command, name, ...args] = line.trim().split(" ");
  expect([command, name]).toEqual(["npx", "payengine-sandbox"]);
  const child = spawn(process.execPath, [SANDBOX, ...args, "--port", "0"]);
  const ended = once(child, "exit");
  const lines = on(createInterface(child.stdout), "line");
  const nextLine = async () => (await lines.next()).value[0] as string;
  const printed = `${await nextLine()}\n${await nextLine()}`;
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+\/api/.exec(printed) ?? [];
  const [key = ""] = /[0-9a-f]{108}$/m.exec(printed) ?? [];
  fixture.secrets.add(key);
  // With the guide's examples of a key and a code.
  const shown = printed.replace(key, "3f9a…").replace(/[0-9a-z]{4}(-[0-9a-z]{4}){2}$/, "k7m2-9qxd-4htv");
  const stop = async () => {
    child.kill("SIGINT");
    await ended;
  };
  return { shown, url, key, stop };
}
