import { countsOf, diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";
import { keyMadeByHand } from "../e2e/harness/made-by-hand";

const given = useFixture();

/** The value comes from encrypted config, as the guide says. */
const program = (keyId: string | undefined, more = "") => `
const config = new pulumi.Config();
const checkout = new payengine.ApiKey("checkout", {
  type: "private",
  ${keyId === undefined ? "" : `adopt: { keyId: "${keyId}", token: config.get("checkoutKey") },`}
  ${more}
});
exports.token = checkout.token;
`;

test("a key created by hand is adopted without redeploying anything, rotates and is destroyed", async () => {
  const { fixture } = given;
  const hand = await keyMadeByHand(given.fixture, "Checkout (made by Ann)");
  const project = await fixture.project({
    program: program(hand.keyId),
    secrets: { "payengine:apiKey": fixture.credential, checkoutKey: hand.token },
  });
  const preview = await project.ok("preview", "--diff");
  expect(preview.stdout).toMatch(/adopt +: \{/);
  expect(diagnosticsOf(await project.ok("preview"))["shop-dev"]).toEqual([
    "shop-dev-checkout adopts <key id>: no key is created at PayEngine.",
  ]);
  await project.up();
  const adopted = await project.key("checkout");
  expect(adopted).toMatchObject({ name: "Checkout (made by Ann)", ...hand });
  expect(await project.outputs()).toEqual({ token: hand.token });
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["2 unchanged"]);

  const rotation = (count: number) => `rotation: { triggers: { count: ${count} }, overlap: "1h" }`;
  await project.write({ "index.js": commonJs(program(undefined, rotation(0))) });
  await project.up();
  const { resources = [] } = await project.deployment();
  const [{ inputs }] = resources.filter(({ type }) => type.endsWith("payengine:ApiKey"));
  expect(inputs).toMatchObject({ adoptedKeyId: hand.keyId });
  expect(inputs).not.toHaveProperty("adopt");

  await project.write({ "index.js": commonJs(program(undefined, rotation(1))) });
  await project.up();
  expect(await project.key("checkout")).toMatchObject({
    name: expect.stringMatching(/^shop-dev-checkout-[0-9a-f]{10}-g2$/),
    previousKeyId: hand.keyId,
    previousToken: hand.token,
  });
  expect(await fixture.authenticates(hand.token)).toBe(true);
  await project.destroy();
  expect(await fixture.liveKeys()).toEqual([]);
});

test("a wrong value, an edited adoption and a replacement are refused and change nothing", async () => {
  const { fixture } = given;
  const [hand, other] = [
    await keyMadeByHand(given.fixture, "one"),
    await keyMadeByHand(given.fixture, "two"),
  ];
  fixture.leftAlive.add(other.keyId).add(hand.keyId);
  const project = await fixture.project({
    program: program(hand.keyId),
    secrets: { "payengine:apiKey": fixture.credential, checkoutKey: other.token },
  });
  const said = async (...args: string[]) =>
    diagnosticsOf(await project.fails("up", "--skip-preview", ...args)).checkout;
  expect(await said()).toEqual([expect.stringContaining("adopt.token does not match the redacted value")]);
  expect(await project.keys()).toEqual([]);

  await project.setSecret("checkoutKey", hand.token);
  await project.up();
  await project.setSecret("checkoutKey", other.token);
  expect(await said()).toEqual([
    expect.stringContaining("adopt.token is not the value that this resource adopted"),
  ]);
  await project.setSecret("checkoutKey", hand.token);
  await project.write({ "index.js": commonJs(program(other.keyId)) });
  expect(await said()).toEqual([
    expect.stringContaining("adopt.keyId is not the key that this resource adopted"),
  ]);
  await project.write({ "index.js": commonJs(program(hand.keyId, `namePrefix: "other"`)) });
  expect(await said()).toEqual([expect.stringContaining("namePrefix has changed, which replaces the key")]);

  await project.write({ "index.js": commonJs(program(hand.keyId)) });
  const { urn } = await project.key("checkout");
  expect(await said("--replace", urn)).toEqual([
    expect.stringContaining("was not revoked, because the program adopted it"),
  ]);
  expect(await fixture.authenticates(hand.token)).toBe(true);
  await project.up();
  expect(await fixture.authenticates(hand.token)).toBe(true);

  await project.write({ "index.js": commonJs(program(undefined)) });
  await project.up();
  await project.up("--replace", urn);
  expect(await fixture.authenticates(hand.token)).toBe(false);
  expect((await project.key("checkout")).keyId).not.toBe(hand.keyId);
});
