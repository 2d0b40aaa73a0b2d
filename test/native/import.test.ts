import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { countsOf } from "../e2e/harness/diagnostics";
import { useFixture } from "../e2e/harness/fixture";
import { keyMadeByHand } from "../e2e/harness/made-by-hand";
import { installedPlugin } from "../e2e/harness/native-face";

const given = useFixture();
const TYPE = "payengine:index:ApiKey";

test("pulumi import takes a key over with its value, and the program then changes nothing", async () => {
  const { fixture } = given;
  const hand = await keyMadeByHand(fixture, "Checkout (made by Ann)");
  const program = `new payengine.ApiKey("checkout", { type: "private" }, { protect: true });`;
  const project = await fixture.project({ program, face: "native" });
  const refused = await project.fails("import", TYPE, "checkout", hand.keyId, "--yes", "--skip-preview");
  expect(refused.stdout + refused.stderr).toContain("set PAYENGINE_IMPORT_TOKEN to it and import again");
  fixture.secrets.add(hand.token);

  project.env.PAYENGINE_IMPORT_TOKEN = hand.token;
  await project.run([
    "import",
    TYPE,
    "checkout",
    hand.keyId,
    "--yes",
    "--skip-preview",
    "--generate-code=false",
  ]);
  delete project.env.PAYENGINE_IMPORT_TOKEN;
  expect(await project.key("checkout")).toMatchObject(hand);
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["2 unchanged"]);
  await project.ok("state", "unprotect", (await project.key("checkout")).urn, "--yes");
  await project.write({ "index.js": "" });
  await project.up();
  expect(await fixture.liveKeys()).toEqual([]);
});

test("an import of a key that PayEngine does not have, or with another value, changes nothing", async () => {
  const { fixture } = given;
  const [one, other] = [await keyMadeByHand(fixture, "one"), await keyMadeByHand(fixture, "other")];
  const project = await fixture.project({ program: "", face: "native" });
  project.env.PAYENGINE_IMPORT_TOKEN = other.token;
  const missing = "00000000-0000-4000-8000-000000000000";
  for (const keyId of [missing, one.keyId]) {
    const { stdout, stderr } = await project.fails(
      "import",
      TYPE,
      "checkout",
      keyId,
      "--yes",
      "--skip-preview",
    );
    expect(stdout + stderr).toContain(keyId === missing ? "has no key" : "Could not adopt the key");
  }
  expect(await project.keys()).toEqual([]);
  for (const { id } of await fixture.liveKeys()) fixture.leftAlive.add(id);
});

test("a plugin that a developer has started serves several commands, as PULUMI_DEBUG_PROVIDERS says", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    face: "native",
  });
  const plugin = spawn(join(installedPlugin(), "pulumi-resource-payengine"), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = await once(createInterface(plugin.stdout), "line");
    project.env.PULUMI_DEBUG_PROVIDERS = `payengine:${port}`;
    await project.up();
    expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["2 unchanged"]);
    await project.destroy();
    expect(plugin.exitCode).toBeNull();
  } finally {
    const ended = once(plugin, "exit");
    plugin.kill();
    await ended;
  }
});
