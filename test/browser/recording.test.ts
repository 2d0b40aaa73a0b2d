import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DialectInput } from "payengine-sandbox";
import { payengine } from "../cli/command";
import { paste } from "../cli/doctor-fixture";
import { countsOf } from "../e2e/harness/diagnostics";
import { useFixture } from "../e2e/harness/fixture";
import { tableBelow } from "../e2e/harness/guide-table";
import { useBrowser } from "./fixture";
import { ManageKeys } from "./manage-keys";

jest.setTimeout(300_000);

const browser = useBrowser();
const given = useFixture();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "har-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Ways in which recordings differ, by their names in the guide; some at once, because each runs the CLI three times. */
const DIALECTS: Readonly<Record<string, DialectInput>> = {
  "the published conventions": {},
  "camelCase, and responses without `data`": { casing: "camel", wrapping: "bare" },
  "reveal in a second request, and revoke by POST": { reveal: "byCall", revokeBy: "POST" },
  "another path": { path: "/v3/credentials" },
  "other fields": {
    fields: { id: "uuid", name: "label", value: "secret", createdAt: "issued", redacted: "masked" },
  },
  "keys sent as `Bearer` only, and no GET by ID": { scheme: "Bearer", getById: false },
};

const PROGRAM = `
const rotation = { triggers: { count: process.env.COUNT }, overlap: "1h" };
exports.token = new payengine.ApiKey("web", { type: "private", rotation }).token;`;

/** Creates and revokes a key on the page while the browser records. @returns the recording's path. */
async function record(dialect: DialectInput, signIn: (keys: ManageKeys) => Promise<void>): Promise<string> {
  const { fixture } = given;
  await fixture.control.setDialect(dialect);
  const path = join(folder, "keys.har");
  const recordHar = { path, mode: "full", content: "embed" } as const;
  const { page, address, context } = await browser.open({ sandbox: fixture.sandbox, context: { recordHar } });
  const keys = new ManageKeys(page, address);
  await signIn(keys);
  await keys.create("find-the-calls", "Private");
  await keys.takeValue();
  await keys.row("find-the-calls").waitFor();
  await keys.button("Details of find-the-calls").click();
  await keys.dialog("Key details").getByRole("button", { name: "Close" }).click();
  await keys.revoke("find-the-calls");
  await keys.row("find-the-calls").waitFor({ state: "detached" });
  // The browser saves the recording when its context closes.
  await context.close();
  return path;
}

async function learned(path: string) {
  const project = await given.fixture.project({ program: PROGRAM });
  const { exitCode, stdout } = await payengine(project, ["contract", "learn", path, "--json"]);
  return { project, exitCode, ...JSON.parse(stdout) };
}

const LIFE = ["+ 2 created", "~ 1 updated, 1 unchanged", "- 2 deleted"];

test("the recording of a person's key teaches a contract that creates, refreshes, rotates and destroys keys", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: PROGRAM });
  const taught: Record<string, Record<string, string>> = {};
  for (const [name, dialect] of Object.entries(DIALECTS)) {
    const path = await record(dialect, (keys) => keys.signInWithKey(fixture.credential));
    const { exitCode, stdout } = await payengine(project, ["contract", "learn", path, "--json"]);
    await rm(path);
    const { contract, commands } = JSON.parse(stdout);
    await paste(project, ["pulumi config rm payengine:contract", ...commands]);

    project.env.COUNT = "1";
    const made = await project.up();
    project.env.COUNT = "2";
    const life = [made, await project.up("--refresh"), await project.destroy()];
    const counts = life.map((ended) => countsOf(ended).join(", "));
    expect([name, exitCode, ...counts]).toEqual([name, 0, ...LIFE]);
    const isDefault = Object.keys(contract).length === 0;
    taught[name] = { "what is learned": isDefault ? "nothing to set" : `\`${JSON.stringify(contract)}\`` };
  }
  expect(taught).toEqual(tableBelow("docs/contract.md", "### Learned from recordings"));
});

test("a person's session is recognized: people create the keys", async () => {
  const path = await record({}, (keys) =>
    keys.signInAs("Admin of sandbox", given.fixture.sandbox.signInCode),
  );
  const { exitCode, contract, commands, findings } = await learned(path);
  expect([exitCode, contract, commands.at(-1)]).toEqual([
    2,
    "dashboard",
    "pulumi config set payengine:contract dashboard",
  ]);
  expect(findings.flatMap(({ about, todo }: Record<string, string>) => (todo ? [about] : []))).toEqual([
    "authorization",
  ]);
});
