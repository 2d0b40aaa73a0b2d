import { countsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";
import { useBrowser } from "./fixture";
import { ManageKeys } from "./manage-keys";

const browser = useBrowser();
const given = useFixture();
/** After that, PayEngine's list proves that a key is gone. */
const MINUTE_LATER = 61_000;

const WORKER = `const worker = new payengine.ApiKey("worker", { type: "private" });`;
const adopting = (adopt: string) => `
const config = new pulumi.Config();
const checkout = new payengine.ApiKey("checkout", { type: "private", adopt: { ${adopt}
  token: config.get("checkoutKey") } });
exports.token = checkout.token;`;

test("an open page shows what pulumi up creates, and a program adopts and replaces what people do on the page", async () => {
  const { fixture } = given;
  const { page, address } = await browser.open({ sandbox: fixture.sandbox });
  const keys = new ManageKeys(page, address);
  await keys.signInAs("Admin of sandbox", fixture.sandbox.signInCode);
  const project = await fixture.project({ program: WORKER });
  await project.up();
  const worker = await project.key("worker");
  await keys.row(worker.name).waitFor();
  expect(await keys.cells(worker.name)).toMatchObject({
    Type: "Private",
    Status: "Active",
    "Made by": expect.stringContaining("stack dev, resource worker, project shop"),
  });

  await keys.create("Checkout by Ann", "Private");
  const token = await keys.takeValue();
  await project.setSecret("checkoutKey", token);
  const [made] = (await fixture.liveKeys()).filter(({ name }) => name === "Checkout by Ann");
  await project.write({ "index.js": commonJs(WORKER + adopting(`keyId: "${made.id}",`)) });
  await project.up();
  expect(await project.key("checkout")).toMatchObject({ keyId: made.id, name: "Checkout by Ann", token });

  await keys.revoke(worker.name);
  expect(await fixture.authenticates(String(worker.token))).toBe(false);
  await fixture.control.advanceClock(MINUTE_LATER);
  expect(countsOf(await project.refresh())).toEqual(["- 1 deleted", "2 unchanged"]);
  await project.up();
  const next = await project.key("worker");
  await keys.row(next.name).waitFor();
  await project.destroy();
});

test("where only people can make keys, a program adopts one from the page until it is revoked there", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ manageKeys: "consoleOnly" });
  const { page, address } = await browser.open({ sandbox: fixture.sandbox });
  const keys = new ManageKeys(page, address);
  await keys.signInAs("Developer of sandbox", fixture.sandbox.signInCode);
  await keys.create("checkout", "Private");
  const token = await keys.takeValue();
  const project = await fixture.project({
    program: adopting(""),
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:contract": "dashboard" },
    secrets: { "payengine:apiKey": fixture.credential, checkoutKey: token },
  });
  const [made] = await fixture.liveKeys();
  // Its ID is in no state.
  fixture.leftAlive.add(made.id);
  await project.up();
  expect((await project.key("checkout")).token).toBe(token);
  expect((await project.fails("destroy", "--skip-preview")).stdout).toContain("still works");
  await keys.revoke("checkout");
  await project.destroy();
});
