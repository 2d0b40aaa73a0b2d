import { randomBytes, randomUUID } from "node:crypto";
import { useFixture } from "../e2e/harness/fixture";
import { later } from "../e2e/harness/later";
import { payengine } from "./command";
import { due, runPrinted } from "./due-project";
import { keyNameOf, projectWithKey } from "./one-key-project";
import { changeFile, changeState, provider, root, storedKey } from "./planted-state";

const given = useFixture();
const DAY = 86_400_000;

test("for a key made by hand, due says what to click, and the printed command then forgets the previous value", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ manageKeys: "consoleOnly" });
  const made = await Promise.all(
    ["one", "two"].map(async (name) => {
      const [id, value] = [randomUUID(), randomBytes(54).toString("hex")];
      fixture.secrets.add(value);
      fixture.leftAlive.add(id);
      const createdAt = new Date().toISOString();
      await fixture.control.addKey("sandbox", { id, name, value, type: "private", createdAt });
      return { id, value };
    }),
  );
  const [first, second] = made as [(typeof made)[0], (typeof made)[0]];
  const project = await fixture.project({
    program: `const token = new pulumi.Config().requireSecret("key");
new payengine.ApiKey("checkout", { type: "private", adopt: { token }, rotation: { overlap: "1d" } });`,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:contract": "dashboard" },
    secrets: { "payengine:apiKey": fixture.credential, "shop:key": first.value },
  });
  await project.up();
  await project.setSecret("shop:key", second.value);
  await project.up();
  expect(await due(project)).toMatchObject({
    exitCode: 0,
    lines: ["1 key of dev: nothing is due", "Next: retire checkout of dev at <time>"],
  });
  const said = await later(project, () => due(project), 2 * DAY);
  const shown = `${first.value.slice(0, 4)}…${first.value.slice(-4)}`;
  expect(said).toMatchObject({
    exitCode: 2,
    lines: [
      "ACTION  DUE  STACK  RESOURCE  KEY NAME  NOTE",
      `retire  <time>  dev  checkout  shop-dev-checkout-<digits>  revoke the previous key (${shown}) in PayEngine's dashboard first: API -> Manage Keys`,
      "After the step in PayEngine's dashboard, run:",
      "  pulumi up --stack dev --target 'urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::checkout' --target-dependents",
      "1 key of dev: 1 action is due",
    ],
  });
  await fixture.control.revokeKey(first.id);
  await later(project, () => runPrinted(project, said), 2 * DAY);
  expect(await later(project, () => due(project), 2 * DAY)).toMatchObject({
    exitCode: 0,
    lines: ["1 key of dev: nothing is due"],
  });
});

test("due reports a stack that it cannot read, and reads the others without a passphrase, a credential or PayEngine", async () => {
  const { fixture } = given;
  const { project, at, made } = await projectWithKey(fixture);
  await project.ok("stack", "init", "newer", "--no-select");
  const atNewer = provider("newer");
  const newer = storedKey(atNewer, "web", keyNameOf("web", 2), { schemaVersion: "9.0.0" });
  const stacks = `${project.folder}/backend/.pulumi/stacks/shop`;
  await changeFile(`${stacks}/newer.json`, (state) => {
    state.resources = [root("newer"), atNewer, newer];
  });
  const { stdout } = await project.ok("stack", "export");
  await project.write({ "cut.json": stdout.slice(0, -99), "whole.json": stdout });
  const alone = ["PULUMI_CONFIG_PASSPHRASE", "PAYENGINE_API_KEY"];
  const read = async (...args: string[]) => {
    const ended = await payengine(project, ["due", "--json", ...args], { without: alone });
    return { exitCode: ended.exitCode, json: JSON.parse(ended.stdout), stderr: ended.stderr };
  };
  const problems = [
    {
      source: "newer",
      resources: [],
      problem: expect.stringContaining("Install pulumi-payengine 9.0.0 or later, and run this again."),
    },
    {
      source: "cut.json",
      resources: [],
      problem: "cut.json is not a stack's state; create one with `pulumi stack export --file <file>`.",
    },
  ];
  const many = ["--all-stacks", "--state", "cut.json", "--state", "whole.json"];
  expect(await read(...many)).toMatchObject({
    exitCode: 1,
    stderr: "",
    json: { sources: ["dev", "whole.json"], keyCount: 2, due: [], upcoming: [], unread: problems },
  });
  expect((await due(project, "--stack", "newer", "--stack", "dev")).lines).toEqual([
    "Not read: newer: A newer version of pulumi-payengine wrote keys of this stack, which this version cannot read. Install pulumi-payengine 9.0.0 or later, and run this again.",
    "1 key of dev (some not read): nothing is due",
  ]);

  // What is due can be done although a state could not be read.
  const dates = { rotateAt: "2026-01-01T00:00:00Z", rotation: { period: "30d", overlap: "7d" } };
  await changeState(project, (state) => {
    state.resources = [
      root("dev"),
      at,
      storedKey(at, "web", keyNameOf("web", 1), { ...made.outputs, ...dates }),
    ];
  });
  const { exitCode, json } = await read("--all-stacks");
  expect([exitCode, json.due.length, json.unread.length]).toEqual([2, 1, 1]);
  await project.write({ "due.json": (await project.ok("stack", "export")).stdout });
  expect((await due(project, "--state", "due.json")).lines.slice(2)).toEqual([
    "Run in the folder of the project shop:",
    "  pulumi up --stack dev --target 'urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::web' --target-dependents",
    "1 key of due.json: 1 action is due",
  ]);
  expect(await read("--stack", "newer", "--stack", "nowhere")).toMatchObject({
    exitCode: 1,
    json: { error: expect.stringMatching(/^A newer version .* \(1 more could not be read either\)$/) },
  });
});

test("due says why it has nothing to read", async () => {
  const project = await given.fixture.project({});
  await project.ok("stack", "unselect");
  expect(await due(project)).toMatchObject({
    exitCode: 1,
    stderr:
      "`pulumi stack --show-name` failed: no stack selected; please use `pulumi stack select` or `pulumi stack init` to choose one",
  });
  expect(await due(project, "--all-stacks")).toMatchObject({
    exitCode: 1,
    stderr: "No stack of this backend has PayEngine keys; check `pulumi whoami --verbose`.",
  });
  await project.ok("stack", "rm", "dev", "--yes");
  expect(await due(project, "--all-stacks")).toMatchObject({
    exitCode: 1,
    stderr: "This backend has no stacks; check `pulumi whoami --verbose`.",
  });
  expect(await due(project, "--within", "soon")).toMatchObject({
    exitCode: 1,
    stderr:
      "error: option '--within <duration>' argument 'soon' is invalid. Use a duration such as \"90s\" or \"10m\".",
  });
  await project.ok("stack", "init", "dev");
});
