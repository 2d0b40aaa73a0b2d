import { abridged } from "../abridged";
import { countsOf, diagnosticsOf } from "./harness/diagnostics";
import { useFixture } from "./harness/fixture";
import { kill, processesIn, until } from "./harness/processes";

const given = useFixture();

const program = `
const checkout = new payengine.ApiKey("checkout", { type: "private" });
class Consumer extends pulumi.dynamic.Resource {
  constructor(name, props) {
    super({ async create(inputs) { return { id: name, outs: { length: inputs.token.length } }; } }, name, props);
  }
}
new Consumer("consumer", { token: checkout.token });
exports.key = checkout.token;`;

test.each([
  [{ kind: "dropAfterCommit" }],
  [{ kind: "statusAfterCommit", status: 502, body: "html" }],
  [{ kind: "truncatedBody" }],
  [{ kind: "valueMissing" }],
] as const)("the same up revokes a key whose value was lost (%j) and makes another", async (fault) => {
  const { fixture } = given;
  await fixture.control.addFault({ operation: "createKey", ...fault });
  const project = await fixture.project({ program });
  expect(countsOf(await project.up())).toEqual(["+ 3 created"]);
  const key = await project.key("checkout");
  expect(key.name).toMatch(/^shop-dev-checkout-[0-9a-f]{10}-r2$/);
  expect(key.pendingAction).toBeUndefined();
  const made = (await fixture.control.keys()).filter(({ credential }) => !credential);
  expect(made.map(({ name, status }) => [name, status])).toEqual([
    [key.name, "active"],
    [key.name.replace("-r2", ""), "revoked"],
  ]);
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["3 unchanged"]);
});

test("an up fails and keeps the name while PayEngine is unreachable for recovery; the next up recovers", async () => {
  const { fixture } = given;
  await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await fixture.control.addFault({
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 503,
    times: "always",
    // The list of the recovery: it is read once before anything is created.
    keyName: "shop-dev-checkout-",
  });
  const project = await fixture.project({
    program,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:maxRetries": "0" },
  });
  const failed = await project.fails("up", "--skip-preview");
  expect(diagnosticsOf(failed)).toEqual({
    "shop-dev": ["error: update failed"],
    checkout: [
      "error: 1 error occurred:",
      abridged(
        '* Could not create the key "shop-dev-checkout-<digits>": The connection to PayEngine was lost',
        "cleanup failed too: PayEngine returned 503 for GET",
        "State keeps the name: ",
        "",
      ),
    ],
  });
  const unfinished = await project.key("checkout");
  expect(unfinished).toMatchObject({ pendingAction: "create", token: undefined, keyId: undefined });
  const [orphan] = await fixture.liveKeys();
  expect(orphan.name).toBe(unfinished.name);
  expect((await project.deployment()).resources?.some(({ urn }) => urn.endsWith("::consumer"))).toBe(false);

  await fixture.control.clearFaults();
  expect(countsOf(await project.up())).toEqual(["+ 1 created", "~ 1 updated", "2 changes"]);
  const repaired = await project.key("checkout");
  expect(repaired.id).toBe(unfinished.id);
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([repaired.keyId]);
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["3 unchanged"]);
});

test("the plugin revokes a key in creation and ends when the CLI is killed", async () => {
  const { fixture } = given;
  await fixture.control.addFault({
    operation: "createKey",
    kind: "delay",
    beforeCommitMs: 1500,
    afterCommitMs: 1500,
  });
  const project = await fixture.project({ program });
  let cli = 0;
  const ended = project.run(["up", "--skip-preview"], {
    onStart: (pid) => {
      cli = pid;
    },
  });
  await until("the key is being made", async () => {
    const requests = await fixture.control.requests();
    return requests.some(({ method, answered }) => method === "POST" && answered === "pending") || undefined;
  });
  const plugins = (await processesIn(project.folder)).filter(({ command }) =>
    command.includes("dynamic-provider"),
  );
  expect(plugins).toHaveLength(1);
  kill(cli);
  expect((await ended).exitCode).toBeNull();

  await until("the plugin has ended", async () => {
    const running = await processesIn(project.folder);
    return running.every(({ pid }) => pid !== plugins[0].pid) || undefined;
  });
  // Pulumi's language host outlives a killed engine for minutes.
  for (const { pid } of await processesIn(project.folder)) kill(pid);
  const [made] = await fixture.control.keys();
  expect(made).toMatchObject({ credential: false, status: "revoked" });
  const { pending_operations: pending = [] } = await project.deployment();
  expect(pending.map(({ type, resource }) => [type, resource.inputs.uniqueName])).toEqual([
    ["creating", made.name],
  ]);

  await project.ok("cancel", "--yes");
  expect(countsOf(await project.up())).toEqual(["+ 2 created", "1 unchanged"]);
  expect((await project.key("checkout")).name).not.toBe(made.name);
});
