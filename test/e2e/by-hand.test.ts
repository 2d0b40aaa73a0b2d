import { randomBytes, randomUUID } from "node:crypto";
import { abridged, startingWith } from "../abridged";
import { countsOf, diagnosticsOf } from "./harness/diagnostics";
import { commonJs, type Fixture, useFixture } from "./harness/fixture";
import { later } from "./harness/later";
import type { Project } from "./harness/project";

const given = useFixture();
const HOUR = 3_600_000;
const PROBLEM = "error: pulumi-nodejs:dynamic/payengine:ApiKey resource 'checkout' has a problem: ";

/** A key that was created in the dashboard. */
async function madeByHand(name: string) {
  const { fixture } = given;
  const [id, value] = [randomUUID(), randomBytes(54).toString("hex")];
  fixture.secrets.add(value);
  await fixture.control.addKey("sandbox", {
    ...{ id, name, value, type: "private", createdAt: new Date().toISOString() },
  });
  // Its id is in no state.
  fixture.leftAlive.add(id);
  return { id, value, shown: `${value.slice(0, 4)}…${value.slice(-4)}` };
}

const ADOPT = `adopt: { token: config.requireSecret("checkoutKey") }`;
const ROTATION = `rotation: { overlap: "1h" }`;

const program = (...args: string[]) => `
const config = new pulumi.Config();
const checkout = new payengine.ApiKey("checkout", { type: "private", ${args.join(", ")} });
class Consumer extends pulumi.dynamic.Resource {
  constructor(name, props) {
    const provider = {
      async create({ token }) { return { id: name, outs: { length: token.length } }; },
      async update(_id, _olds, { token }) { return { outs: { length: token.length } }; },
    };
    super(provider, name, props);
  }
}
new Consumer("consumer", { token: checkout.token });
exports.token = checkout.token;
exports.previousToken = checkout.previousToken;
`;

/** A stack for an account in which no private key may manage keys. */
async function dashboardProject(fixture: Fixture, secret?: string, ...args: string[]): Promise<Project> {
  await fixture.control.setDialect({ manageKeys: "consoleOnly" });
  return fixture.project({
    program: program(ADOPT, ...args),
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:contract": "dashboard" },
    secrets: { "payengine:apiKey": fixture.credential, ...(secret && { "shop:checkoutKey": secret }) },
  });
}

const say = (project: Project, ...args: string[]) =>
  project.write({ "index.js": commonJs(program(...args)) });

/** The only request that works in such an account is GET /merchant. */
async function expectOnlyMerchantCalls(fixture: Fixture): Promise<void> {
  const requests = await fixture.control.requests();
  expect([...new Set(requests.map(({ operation }) => operation))]).toEqual(["merchant"]);
}

test("under the contract dashboard, a preview refuses a key without adopt and every unsupported argument", async () => {
  const { fixture } = given;
  const { value } = await madeByHand("checkout");
  const project = await dashboardProject(fixture, value);
  const wrong: [args: string[], ...problems: string[]][] = [
    [[], "adopt is missing"],
    [[ADOPT, `rotation: { period: "30d", overlap: "1d" }`], "rotation.period cannot create a key"],
    [
      [`adopt: { keyId: "x", token: config.requireSecret("checkoutKey") }`],
      "adopt.keyId cannot be looked up",
    ],
    [
      [`adopt: { token: new pulumi.Config("payengine").requireSecret("apiKey") }`],
      "adopt.token is the provider credential",
    ],
  ];
  for (const [args, ...problems] of wrong) {
    await say(project, ...args);
    const failed = await project.fails("preview");
    expect(diagnosticsOf(failed).checkout).toEqual(
      problems.map((problem) => startingWith(PROBLEM + problem)),
    );
  }
  await project.write({
    "index.js": commonJs(
      `new payengine.ApiKey("checkout", { type: "public", adopt: { token: "pk_test_1" } });`,
    ),
  });
  expect(diagnosticsOf(await project.fails("preview")).checkout).toEqual([
    startingWith(`${PROBLEM}type is "public"`),
    startingWith(`${PROBLEM}adopt.token is a public key's value`),
  ]);
  expect(await fixture.control.requests()).toEqual([]);
});

test("up refuses a token that does not work, and no dependent resource runs", async () => {
  const { fixture } = given;
  const { id, value } = await madeByHand("checkout");
  await fixture.control.revokeKey(id);
  const project = await dashboardProject(fixture, value);
  const failed = await project.fails("up", "--skip-preview");
  expect(diagnosticsOf(failed).checkout).toEqual([
    abridged(
      "error: Could not adopt the key",
      "PayEngine does not accept adopt.token",
      "Nothing was changed.",
    ),
  ]);
  expect(await project.keys()).toEqual([]);
  await expectOnlyMerchantCalls(fixture);
});

test("a key from the dashboard reaches its consumers, rotates with an overlap and ends once it is revoked", async () => {
  const { fixture } = given;
  const first = await madeByHand("checkout 1");
  const project = await dashboardProject(fixture, first.value);
  expect(countsOf(await project.ok("preview"))).toEqual(["+ 3 to create"]);
  expect(countsOf(await project.up())).toEqual(["+ 3 created"]);
  expect(await project.outputs()).toEqual({ token: first.value });
  expect(await project.key("checkout")).toMatchObject({ keyId: undefined, token: first.value });
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["3 unchanged"]);
  expect(countsOf(await project.refresh())).toEqual(["3 unchanged"]);

  // Another value rotates the key, so the program must set an overlap.
  const second = await madeByHand("checkout 2");
  await project.setSecret("shop:checkoutKey", second.value);
  expect(diagnosticsOf(await project.fails("preview")).checkout).toEqual([
    abridged(`${PROBLEM}adopt.token has changed`, 'rotation: { overlap: "7d" }'),
  ]);
  await say(project, ADOPT, ROTATION);
  expect(countsOf(await project.ok("preview"))).toEqual(["~ 2 to update", "1 unchanged"]);
  expect(countsOf(await project.up())).toEqual(["~ 2 updated", "1 unchanged"]);
  expect(await project.outputs()).toEqual({ token: second.value, previousToken: first.value });
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["3 unchanged"]);

  const third = await madeByHand("checkout 3");
  await project.setSecret("shop:checkoutKey", third.value);
  expect(diagnosticsOf(await project.fails("preview")).checkout).toEqual([
    expect.stringContaining("cannot take another value before <time>: "),
  ]);
  await project.setSecret("shop:checkoutKey", second.value);

  const tooLate = await later(project, () => project.fails("up", "--skip-preview"), 2 * HOUR);
  expect(diagnosticsOf(tooLate).checkout).toEqual([
    abridged(
      "error: The previous value of",
      `(${first.shown})`,
      "still works, although its overlap ended at",
      "State keeps both values.",
    ),
  ]);
  expect(await project.outputs()).toEqual({ token: second.value, previousToken: first.value });
  await fixture.control.revokeKey(first.id);
  await later(project, () => project.up(), 2 * HOUR);
  expect(await project.outputs()).toEqual({ token: second.value });
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["3 unchanged"]);

  const tooEarly = await project.fails("destroy", "--skip-preview");
  expect(diagnosticsOf(tooEarly).checkout).toEqual([
    abridged("error: The key", `(${second.shown}) still works`, "run this again.", ""),
  ]);
  expect((await project.key("checkout")).token).toBe(second.value);
  await fixture.control.revokeKey(second.id);
  await project.destroy();
  expect(await project.keys()).toEqual([]);
  await expectOnlyMerchantCalls(fixture);
});

test("a refresh drops a previous value that was revoked early", async () => {
  const { fixture } = given;
  const [first, second] = [await madeByHand("checkout 1"), await madeByHand("checkout 2")];
  const project = await dashboardProject(fixture, first.value, ROTATION);
  await project.up();
  await project.setSecret("shop:checkoutKey", second.value);
  await project.up();
  await fixture.control.revokeKey(first.id);
  await project.refresh();
  expect(await project.key("checkout")).toMatchObject({ token: second.value, previousToken: undefined });
  expect(countsOf(await project.up())).toEqual(["3 unchanged"]);
});

test("a refresh drops a revoked value, and up requires another one", async () => {
  const { fixture } = given;
  const first = await madeByHand("checkout 1");
  const project = await dashboardProject(fixture, first.value, ROTATION);
  await project.up();
  await fixture.control.revokeKey(first.id);
  await project.refresh();
  expect(await project.key("checkout")).toMatchObject({ token: undefined, pendingAction: "create" });
  expect(diagnosticsOf(await project.fails("up", "--skip-preview")).checkout).toEqual([
    abridged(
      "error: Could not update the key",
      "PayEngine no longer accepts its value",
      "State is unchanged.",
    ),
  ]);

  const second = await madeByHand("checkout 2");
  await project.setSecret("shop:checkoutKey", second.value);
  await project.up();
  expect(await project.outputs()).toEqual({ token: second.value });
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["3 unchanged"]);
  await fixture.control.revokeKey(second.id);
  await project.destroy();
});

test("--replace with the same value succeeds, and destroy requires that the key is revoked first", async () => {
  const { fixture } = given;
  const { id, value, shown } = await madeByHand("checkout");
  const project = await dashboardProject(fixture, value);
  await project.up();
  const before = await project.key("checkout");
  const replaced = await project.up("--replace", before.urn);
  expect(countsOf(replaced)).toEqual(["+-1 replaced", "2 unchanged"]);
  expect(diagnosticsOf(replaced)).not.toHaveProperty("checkout");
  const after = await project.key("checkout");
  expect(after.token).toBe(value);
  expect(after.name).not.toBe(before.name);
  expect(await fixture.authenticates(value)).toBe(true);
  expect((await project.fails("destroy", "--skip-preview")).stdout).toContain(`(${shown}) still works`);
  await fixture.control.revokeKey(id);
  await project.destroy();
});

test("an outage that returns 401 for every credential drops no value", async () => {
  const { fixture } = given;
  const [first, second] = [await madeByHand("checkout 1"), await madeByHand("checkout 2")];
  const project = await dashboardProject(fixture, first.value, ROTATION);
  await project.up();
  await project.setSecret("shop:checkoutKey", second.value);
  await project.up();
  await fixture.control.addFault({
    ...{ operation: "any", kind: "statusBeforeCommit", status: 401, times: "always" },
  });
  const why = "PayEngine returns 401 for the credential too";
  for (const command of ["refresh", "destroy"])
    expect(diagnosticsOf(await project.fails(command, "--skip-preview")).checkout.join("\n")).toContain(why);
  const up = await later(project, () => project.fails("up", "--skip-preview"), 2 * HOUR);
  expect(diagnosticsOf(up).checkout.join("\n")).toContain(why);
  await fixture.control.clearFaults();
  expect(await project.key("checkout")).toMatchObject({ token: second.value, previousToken: first.value });
});
