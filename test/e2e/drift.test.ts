import { ACCOUNT_IDS, type DialectInput, MERCHANT_IDS } from "payengine-sandbox";
import { abridged } from "../abridged";
import { mannerOf } from "../dialects";
import { countsOf, diagnosticsOf } from "./harness/diagnostics";
import { commonJs, useFixture } from "./harness/fixture";
import type { Project } from "./harness/project";
import { hasFailed } from "./harness/run-program";

const given = useFixture();

const program = `
const checkout = new payengine.ApiKey("checkout", { type: "private" });
const storefront = new payengine.ApiKey("storefront", { type: "public" });
exports.privateKey = checkout.token;
exports.publicKey = storefront.token;`;

test.each<[string, DialectInput]>([
  ["answers 404", {}],
  ["answers 404 and tells of no merchant", { merchant: "empty" }],
  ["says that it is revoked", { revokedKeys: "status" }],
  ["has no call for one key", { getById: false }],
])("a refresh drops revoked keys if PayEngine %s, and the next up creates new ones", async (_, dialect) => {
  const { fixture } = given;
  await fixture.control.setDialect(dialect);
  const contract = JSON.stringify(mannerOf(dialect).contract ?? {});
  const project = await fixture.project({
    program,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:contract": contract },
  });
  await project.up();
  const before = await project.keys();
  for (const { keyId } of before) await fixture.control.revokeKey(String(keyId));
  // Before that, PayEngine may not show a new key yet.
  await fixture.control.advanceClock(61_000);

  expect(countsOf(await project.refresh())).toEqual(["- 2 deleted", "1 unchanged"]);
  expect(await project.keys()).toEqual([]);
  expect(countsOf(await project.up())).toEqual(["+ 2 created", "1 unchanged"]);
  const after = await project.key("checkout");
  expect(before.map(({ token }) => token)).not.toContain(after.token);
  expect((await project.outputs()).privateKey).toBe(after.token);
});

test("a refresh stores a public key's changed value, and the outputs change", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program });
  await project.up();
  const value = "pk_test_ffeeddccbbaa99887766554433221100";
  await fixture.control.setPublicValue(String((await project.key("storefront")).keyId), value);
  // The CLI counts only changed inputs, so it shows no change here.
  await project.refresh();
  expect((await project.key("storefront")).token).toBe(value);
  await project.up();
  expect((await project.outputs()).publicKey).toBe(value);
});

test("refresh and destroy with a wrong credential or address do not change state", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:maxRetries": "0" },
  });
  await project.up();
  const made = await project.keys();
  const call = "<address>/api/api-keys/<key id>";
  const role = await fixture.newCredential("sandbox", "User");
  const noRight = (method: string) => `PayEngine returned 403 for ${method} ${call}: E120: `;
  await bothFail(project, noRight("GET"), noRight("DELETE"), { PAYENGINE_API_KEY: role.key });
  expect(await project.keys()).toEqual(made);

  const otherAccount = await fixture.newCredential("production", "Admin");
  const notShown = "PayEngine does not show the key to this credential";
  await bothFail(project, notShown, notShown, { PAYENGINE_API_KEY: otherAccount.key });
  expect(await project.keys()).toEqual(made);

  for (const address of ["http://127.0.0.1:1/api", fixture.sandbox.url.replace("/api", "/elsewhere")]) {
    await project.ok("config", "set", "payengine:apiUrl", address);
    for (const command of ["refresh", "destroy"]) {
      const failed = await project.fails(command, "--skip-preview", "--run-program");
      expect([...new Set(diagnosticsOf(failed).checkout)]).toEqual([
        expect.stringContaining("was created at <address>/api. Nothing was sent."),
      ]);
    }
    expect(await project.keys()).toEqual(made);
  }

  await project.ok("config", "set", "payengine:apiUrl", fixture.sandbox.url);
  await fixture.control.addFault({ operation: "getKey", kind: "html200" });
  const html = await project.fails("refresh", "--skip-preview", "--run-program");
  expect([...new Set(diagnosticsOf(html).checkout)]).toEqual([
    abridged(
      "error: Could not read the key",
      `The response to GET ${call} is not JSON`,
      "State is unchanged.",
    ),
  ]);
  expect(await project.keys()).toEqual(made);
  await project.destroy("--run-program");
});

const outages: Record<string, { status: number; body: "contract" | "html"; why: string }> = {
  "401 to every credential": {
    status: 401,
    body: "contract",
    why: "Status 401, as asked for by a fault. Set payengine:apiKey or PAYENGINE_API_KEY",
  },
  "404 to everything": { status: 404, body: "contract", why: "Status 404, as asked for by a fault." },
  "404 with a page of something in front": { status: 404, body: "html", why: "" },
  "a maintenance page": { status: 503, body: "html", why: "" },
};

test.each(Object.keys(outages))("an outage that returns %s drops no key from state", async (outage) => {
  const { fixture } = given;
  const { status, body, why } = outages[outage];
  const project = await fixture.project({
    program,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:maxRetries": "0" },
  });
  await project.up();
  const made = await project.keys();
  await fixture.control.addFault({
    operation: "any",
    kind: "statusBeforeCommit",
    times: "always",
    status,
    body,
  });
  // Beyond the time in which PayEngine may not show a new key.
  await fixture.control.advanceClock(61_000);
  for (const command of ["refresh", "destroy"]) {
    const { checkout, storefront } = diagnosticsOf(await project.fails(command, "--skip-preview"));
    // A failed deletion may end the run before the other one starts.
    for (const said of [checkout, storefront ?? checkout]) {
      expect(said.join("\n")).toContain(`PayEngine returned ${status} for `);
      expect(said.join("\n")).toContain(why);
    }
    expect(await project.keys()).toEqual(made);
  }
  await fixture.control.clearFaults();
  expect(countsOf(await project.refresh())).toEqual(["3 unchanged"]);
});

test("the up that sets a pin proves it, and a pin that the account does not show changes nothing", async () => {
  const { fixture } = given;
  const key = (more = "") => `new payengine.ApiKey("checkout", { type: "private" ${more} });`;
  const project = await fixture.project({ program: key() });
  const pin = (id: string) => project.ok("config", "set", "payengine:accountId", id);
  const say = (more: string) => project.write({ "index.js": commonJs(key(more)) });
  await project.up();
  const made = await project.key("checkout");
  const [newest] = MERCHANT_IDS.production;
  await pin(newest);
  expect(countsOf(await project.ok("preview"))).toEqual(["~ 1 to update", "1 unchanged"]);
  const refused = await project.fails("up", "--skip-preview");
  expect(diagnosticsOf(refused).checkout).toEqual([
    abridged(
      "error: Could not update the key",
      "payengine:accountId pins <key id>, but",
      "State is unchanged.",
    ),
  ]);
  expect(refused.stdout).toContain(`pins ${newest},`);
  expect(await project.key("checkout")).toEqual(made);

  await say(`, namePrefix: "other"`);
  const together = await project.fails("preview");
  expect(diagnosticsOf(together).checkout).toEqual([
    expect.stringContaining("cannot be replaced (namePrefix) while payengine:accountId changes"),
  ]);

  await say("");
  for (const shown of [MERCHANT_IDS.sandbox[0], made.keyId ?? ""]) {
    await pin(shown);
    expect(countsOf(await project.up())).toEqual(["~ 1 updated", "1 unchanged"]);
    expect(await project.key("checkout")).toEqual(made);
    expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["2 unchanged"]);
  }
  await say(`, namePrefix: "other"`);
  expect(countsOf(await project.up())).toEqual(["+-1 replaced", "1 unchanged"]);
});

test.each(["object", "withAccountId"] as const)(
  "an account id that PayEngine returns (%s) works as a pin, and another id is refused",
  async (merchant) => {
    const { fixture } = given;
    await fixture.control.setDialect({ merchant });
    const project = await fixture.project({
      program: `exports.account = new payengine.ApiKey("checkout", { type: "private" }).accountId;`,
      config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:accountId": ACCOUNT_IDS.sandbox },
    });
    await project.up();
    expect(await project.outputs()).toEqual({ account: ACCOUNT_IDS.sandbox });
    const made = await project.key("checkout");
    const other = (await fixture.newCredential("production", "Admin")).key;
    for (const command of ["refresh", "destroy"]) {
      const ended = await project.run([command, "--skip-preview"], { env: { PAYENGINE_API_KEY: other } });
      expect([hasFailed(ended), ended.stdout]).toEqual([
        true,
        expect.stringContaining(`payengine:accountId pins ${ACCOUNT_IDS.sandbox}, but PayEngine shows this`),
      ]);
    }
    expect(await project.key("checkout")).toEqual(made);
  },
);

async function bothFail(
  project: Project,
  whyNotRead: string,
  whyNotRevoked: string,
  env: Record<string, string>,
): Promise<void> {
  const refresh = await project.run(["refresh", "--skip-preview"], { env });
  expect(diagnosticsOf(refresh).checkout).toEqual([
    abridged("error: Could not read the key", whyNotRead, "State is unchanged."),
  ]);
  const destroy = await project.run(["destroy", "--skip-preview"], { env });
  expect(diagnosticsOf(destroy).checkout).toEqual([
    abridged("error: Could not revoke the key", whyNotRevoked, "The key stays in state: ", ""),
  ]);
  expect([refresh, destroy].map(hasFailed)).toEqual([true, true]);
}
