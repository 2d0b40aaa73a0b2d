import { countsOf } from "../e2e/harness/diagnostics";
import { useFixture } from "../e2e/harness/fixture";

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

test("a TypeScript program runs from preview to destroy with its secret outputs masked", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: typeScript });

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

test("a token that a program leaks on purpose is found in every location and encoding", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `
const { token } = new payengine.ApiKey("checkout", { type: "private" });
const open = pulumi.unsecret(token);
exports.plain = open;
exports.part = open.apply((text) => text.slice(30, 42));
exports.hex = open.apply((text) => Buffer.from(text).toString("hex"));
for (const before of ["", "a", "ab"]) {
  exports["base64" + before] = open.apply((text) => Buffer.from(before + text).toString("base64"));
}
exports.url = open.apply((text) => [...text].map((sign) => "%" + sign.charCodeAt(0).toString(16)).join(""));`,
  });
  await project.up();
  const { token = "" } = await project.key("checkout");
  const leaks = fixture.findLeaks();
  const encodings = new Set(leaks.map(({ encoding }) => encoding));
  expect([...encodings].filter((encoding) => !encoding.startsWith("base64url")).sort()).toEqual(
    ["base64 at 0", "base64 at 1", "base64 at 2", "hex", "plain", "url, every byte"].sort(),
  );
  const places = leaks.map(({ where }) => where.replace(project.folder, "").replace(/\d{6,}/g, "N"));
  expect(places).toEqual(
    expect.arrayContaining([
      "/backend/.pulumi/stacks/shop/dev.json",
      "/backend/.pulumi/history/shop/dev/dev-N.checkpoint.json",
      "/events-1.json",
      expect.stringMatching(/^the output of pulumi .* up /),
    ]),
  );
  expect(JSON.stringify(leaks)).not.toContain(token.slice(0, 12));
  fixture.inTheClear.add(token);
});
