import { countsOf, diagnosticsOf } from "./harness/diagnostics";
import type { Project } from "./harness/project";
import { useStage } from "./harness/stage";

const given = useStage();

const program = `
const checkout = new payengine.ApiKey("checkout", { type: "private" });
const storefront = new payengine.ApiKey("storefront", { type: "public" });
exports.privateKey = checkout.token;
exports.publicKey = storefront.token;`;

test.each([
  ["answers 404", "404"],
  ["says that it is revoked", "status"],
] as const)(
  "a refresh forgets keys that were revoked when PayEngine %s, and the next up makes new ones",
  async (_, revokedKeys) => {
    const { stage } = given;
    await stage.control.setDialect({ revokedKeys });
    // The provider believes a 404 of a public key only when the key is older than a minute.
    await stage.control.advanceClock(-60_000);
    const project = await stage.project({ program });
    await project.up();
    const before = await project.keys();
    for (const { keyId } of before) await stage.control.revokeKey(String(keyId));

    expect(countsOf(await project.refresh())).toEqual(["- 2 deleted", "1 unchanged"]);
    expect(await project.keys()).toEqual([]);
    expect(countsOf(await project.up())).toEqual(["+ 2 created", "1 unchanged"]);
    const after = await project.key("checkout");
    expect(before.map(({ token }) => token)).not.toContain(after.token);
    expect((await project.outputs()).privateKey).toBe(after.token);
  },
);

test("a refresh sees that a public key's value has changed, and the outputs follow", async () => {
  const { stage } = given;
  const project = await stage.project({ program });
  await project.up();
  const value = "pk_test_ffeeddccbbaa99887766554433221100";
  await stage.control.setPublicValue(String((await project.key("storefront")).keyId), value);
  // The CLI counts only changed inputs, so it tells of no change here.
  await project.refresh();
  expect((await project.key("storefront")).token).toBe(value);
  await project.up();
  expect((await project.outputs()).publicKey).toBe(value);
});

test("a wrong credential or address during refresh and destroy leaves the state as it was", async () => {
  const { stage } = given;
  const project = await stage.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    config: { "payengine:apiUrl": stage.sandbox.url, "payengine:maxRetries": "0" },
  });
  await project.up();
  const made = await project.keys();
  const role = await stage.newCredential("sandbox", "User");
  const otherAccount = await stage.newCredential("production", "Admin");
  const wrong: Record<string, string> = {
    [role.key]:
      "PayEngine answered 403 to GET <address>/api/merchant: API keys need the role Admin or Developer. Managing keys needs a credential whose user has the Admin or Developer role.",
    [otherAccount.key]:
      "The credential belongs to account acct_production, but this key's state records account acct_sandbox; use a credential and payengine:apiUrl of account acct_sandbox.",
  };
  for (const [credential, why] of Object.entries(wrong)) {
    await bothFail(project, why, { PAYENGINE_API_KEY: credential });
    expect(await project.keys()).toEqual(made);
  }

  const addresses: Record<string, string> = {
    "http://127.0.0.1:1/api":
      "PayEngine refused the connection; check payengine:apiUrl and the network (GET <address>/api/merchant, ECONNREFUSED).",
    [stage.sandbox.url.replace("/api", "/elsewhere")]:
      "PayEngine answered 404 to GET <address>/elsewhere/merchant: No such call: GET /elsewhere/merchant. This account or address may not offer it: check payengine:apiUrl.",
  };
  for (const [address, why] of Object.entries(addresses)) {
    await project.ok("config", "set", "payengine:apiUrl", address);
    await bothFail(project, why, {}, "--run-program");
    expect(await project.keys()).toEqual(made);
  }

  await project.ok("config", "set", "payengine:apiUrl", stage.sandbox.url);
  await stage.control.addFault({ operation: "getKey", kind: "html200" });
  const html = await project.fails("refresh", "--skip-preview", "--run-program");
  expect([...new Set(diagnosticsOf(html).checkout)]).toEqual([
    `error: Could not read the key "shop-dev-checkout-<digits>" (<key id>): The answer to GET <address>/api/api-keys/<key id> is not JSON; check that payengine:apiUrl is the address of PayEngine's API. State keeps it as it was.`,
  ]);
  expect(await project.keys()).toEqual(made);
  await project.destroy("--run-program");
});

test("pinning another account than the one that the key was made in is refused in the preview", async () => {
  const { stage } = given;
  const project = await stage.project({ program: `new payengine.ApiKey("checkout", { type: "private" });` });
  await project.up();
  await project.ok("config", "set", "payengine:accountId", "production");
  const unpinned = await project.fails("preview");
  expect(diagnosticsOf(unpinned).checkout).toEqual([
    'error: The key "shop-dev-checkout-<digits>" belongs to account acct_sandbox, but payengine:accountId pins acct_production. Set it back, or make a new key under a provider for the other account.',
  ]);
  await project.ok("config", "set", "payengine:accountId", "sandbox");
  await project.up();
  await project.ok("config", "set", "payengine:accountId", "production");
  const pinned = await project.fails("preview");
  expect(diagnosticsOf(pinned).checkout).toEqual([
    "error: pulumi-nodejs:dynamic/payengine:ApiKey resource 'checkout' has a problem: payengine:accountId pins account acct_production, but this key was made in account acct_sandbox; set it back, or make a new key under a provider for the other account",
  ]);
});

async function bothFail(
  project: Project,
  why: string,
  env: Record<string, string>,
  ...flags: string[]
): Promise<void> {
  const refresh = await project.run(["refresh", "--skip-preview", ...flags], { env });
  // With --run-program the engine may read a key twice, and say twice what went wrong.
  expect([...new Set(diagnosticsOf(refresh).checkout)]).toEqual([
    `error: Could not read the key "shop-dev-checkout-<digits>" (<key id>): ${why} State keeps it as it was.`,
  ]);
  const destroy = await project.run(["destroy", "--skip-preview", ...flags], { env });
  expect(diagnosticsOf(destroy).checkout).toEqual([
    `error: Could not revoke the key "shop-dev-checkout-<digits>" (<key id>), which may still work: ${why} State keeps it: run this again, or revoke it in PayEngine's dashboard.`,
  ]);
  expect([refresh.exitCode, destroy.exitCode]).toEqual([255, 255]);
}
