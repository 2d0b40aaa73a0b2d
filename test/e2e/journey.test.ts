import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { coverageEnvironment } from "../coverage-environment";
import { countsOf } from "./harness/diagnostics";
import { useFixture } from "./harness/fixture";

const given = useFixture();

const typeScript = {
  "index.ts": `
import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

const args: payengine.ApiKeyArgs = { type: "private" };
const checkout = new payengine.ApiKey("checkout", args);
const storefront = new payengine.ApiKey("storefront", { type: "public" });

export const privateKey: pulumi.Output<string> = checkout.token;
export const publicKey = storefront.token;
export const keyId = checkout.keyId;
export const fingerprint = checkout.fingerprint;
export const redacted = checkout.redactedToken;
export const isKey: boolean = payengine.ApiKey.isInstance(checkout);
`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      strict: true,
      target: "es2022",
      module: "node16",
      moduleResolution: "node16",
      noEmit: true,
    },
    files: ["index.ts"],
  }),
};

test("a TypeScript program goes from preview to destroy, with its secret outputs masked", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: typeScript, env: coverageEnvironment() });

  const preview = await project.ok("preview");
  expect(countsOf(preview)).toEqual(["+ 3 to create"]);
  expect(await fixture.liveKeys()).toEqual([]);
  expect(await fixture.control.requests()).toEqual([]);

  const up = await project.ok("up");
  expect(countsOf(up)).toEqual(["+ 3 created"]);
  expect(up.stdout).toMatch(/privateKey +: \[secret\]/);
  const [checkout, storefront] = [await project.key("checkout"), await project.key("storefront")];
  expect(checkout.name).toMatch(/^shop-dev-checkout-[0-9a-f]{10}$/);
  expect(checkout.id).toBe(checkout.name);
  const { resources = [] } = await project.deployment();
  const places = resources.flatMap(({ sourcePosition = [] }) => sourcePosition);
  expect(places).toEqual(expect.arrayContaining(["project:///index.ts#6,18", "project:///index.ts#7,20"]));
  expect((await fixture.liveKeys()).map(({ id, name, type }) => ({ id, name, type }))).toEqual(
    expect.arrayContaining([
      { id: checkout.keyId, name: checkout.name, type: "private" },
      { id: storefront.keyId, name: storefront.name, type: "public" },
    ]),
  );

  await fixture.control.clearRequests();
  expect(countsOf(await project.ok("preview", "--expect-no-changes"))).toEqual(["3 unchanged"]);
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["3 unchanged"]);
  expect(await fixture.control.requests()).toEqual([]);
  expect(countsOf(await project.refresh("--expect-no-changes"))).toEqual(["3 unchanged"]);
  expect(countsOf(await project.ok("preview", "--refresh", "--expect-no-changes"))).toEqual(["3 unchanged"]);

  const live = (await fixture.control.keys()).find(({ id }) => id === checkout.keyId);
  expect(await project.outputs()).toEqual({
    privateKey: checkout.token,
    publicKey: storefront.token,
    keyId: checkout.keyId,
    fingerprint: live?.fingerprint,
    redacted: live?.redacted,
    isKey: true,
  });
  const masked = JSON.parse((await project.ok("stack", "output", "--json")).stdout);
  expect(masked).toMatchObject({ privateKey: "[secret]", publicKey: storefront.token });
  expect((await project.ok("stack", "output", "privateKey")).stdout).toBe("[secret]\n");
  expect((await project.ok("stack")).stdout).toMatch(/privateKey +\[secret\]/);
  expect((await project.ok("stack", "export")).stdout).toContain(storefront.token);

  expect(countsOf(await project.ok("destroy"))).toEqual(["- 3 deleted"]);
  expect(await fixture.liveKeys()).toEqual([]);
  const statuses = (await fixture.control.keys())
    .filter(({ credential }) => !credential)
    .map(({ status }) => status);
  expect(statuses).toEqual(["revoked", "revoked"]);
});

const esm = `
import * as payengine from "pulumi-payengine";
import { ApiKey } from "pulumi-payengine";
const first = new ApiKey("first", { type: "private", namePrefix: "esm" });
const second = new payengine.ApiKey("second", { type: "private" }, { dependsOn: first });
export const key = first.token;
export const header = second.token.apply((token) => "Basic " + token);
`;

test("an ES module program works, and values derived from a private token are secret too", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: { "index.mjs": esm } });
  // Without dependsOn the second would be asked for meanwhile.
  await fixture.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 1_500 });
  await project.up();
  const [first, second] = [await project.key("first"), await project.key("second")];
  expect(first.name).toMatch(/^esm-[0-9a-f]{10}$/);
  expect(await project.outputs()).toEqual({ key: first.token, header: `Basic ${second.token}` });
  const posted = (await fixture.control.requests()).filter(({ method }) => method === "POST");
  expect(posted.map(({ keyName }) => keyName)).toEqual([first.name, second.name]);
  expect(posted[1].at - posted[0].at).toBeGreaterThanOrEqual(1_500);
  await project.destroy();
});

test("a CommonJS program's --json output and event log name the keys and hold no token", async () => {
  const project = await given.fixture.project({
    program: `exports.key = new payengine.ApiKey("checkout", { type: "private" }).token;`,
  });
  const preview = JSON.parse((await project.ok("preview", "--json")).stdout);
  expect(preview.changeSummary).toEqual({ create: 2 });
  for (const command of ["up", "refresh"]) {
    const events = (await project.ok(command, "--json", "--skip-preview")).stdout;
    expect(events).toContain("payengine:ApiKey::checkout");
  }
  const log = await readFile(join(project.folder, "events-2.json"), "utf8");
  expect(log).toContain((await project.key("checkout")).name);
  expect((await project.ok("destroy", "--json", "--skip-preview")).stdout).toContain(
    "payengine:ApiKey::checkout",
  );
});
