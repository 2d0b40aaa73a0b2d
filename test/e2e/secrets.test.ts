import { useFixture } from "./harness/fixture";

const given = useFixture();

test("the secret search finds a token that a program exposes on purpose in every place and encoding", async () => {
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

test("--debug shows no token", async () => {
  const project = await given.fixture.project({
    program: `exports.key = new payengine.ApiKey("checkout", { type: "private" }).token;`,
  });
  const up = await project.up("--debug");
  expect(up.stdout).toContain("RegisterResource RPC finished: resource:checkout");
  await project.refresh("--debug");
  await project.destroy("--debug");
});

test("a private key takes at most 3,800 bytes of state", async () => {
  const keys = 20;
  const project = await given.fixture.project({
    program: `
for (let i = 0; i < Number(process.env.KEYS); i++) {
  new payengine.ApiKey("checkout-" + i, { type: "private" });
}`,
    env: { KEYS: "1" },
  });
  await project.up();
  // A user's packages lie in the project, whose stack traces in state are that much shorter.
  const size = async () =>
    (await project.rawState()).replace(/\.\.\/payengine-e2e-installed-\w+\//g, "").length;
  const one = await size();
  project.env.KEYS = String(1 + keys);
  await project.up();
  const each = ((await size()) - one) / keys;
  console.info(`A private key takes ${Math.round(each)} bytes of state, over ${keys} keys`);
  expect(each).toBeGreaterThan(500);
  expect(each).toBeLessThanOrEqual(3800);
  await project.destroy();
});
