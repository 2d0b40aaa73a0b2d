import { join } from "node:path";
import { auditKeys, openStateFile, type StateSource } from "../../recovery";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine } from "./command";
import { keyNameOf, projectWithKey } from "./one-key-project";
import { provider, storedKey } from "./planted-state";

const given = useFixture();

const ENCRYPTED = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "v1:x",
};

/** A state file whose key belongs to a provider with this configuration. */
async function projectWithFile(inputs: Record<string, unknown>, name?: string) {
  const { project, made } = await projectWithKey(given.fixture);
  const at = provider("prod", name, inputs);
  const resources = [at, storedKey(at, "web", keyNameOf("web", 1), made.outputs)];
  const deployment = { manifest: { time: new Date().toISOString() }, resources };
  await project.write({ "prod.json": JSON.stringify({ version: 3, deployment }) });
  return project;
}

const AUDIT = ["audit", "--min-age", "0s", "--state", "prod.json"];

test.each(["apiUrl", "accountId"])(
  "audit skips an exported file's default provider while its %s is encrypted",
  async (setting) => {
    const { fixture } = given;
    const plain = { "payengine:apiUrl": fixture.sandbox.url, "payengine:apiKey": ENCRYPTED };
    const project = await projectWithFile({ ...plain, [`payengine:${setting}`]: ENCRYPTED });
    const env = { PAYENGINE_API_KEY: fixture.credential };
    await fixture.control.clearRequests();
    const { exitCode, stdout } = await payengine(project, AUDIT, { env });
    expect([exitCode, linesOf(stdout)]).toEqual([
      2,
      [
        "Not checked: web of prod.json: its provider's configuration is partly encrypted in prod.json; if that is only the credential, set PAYENGINE_API_KEY (for an explicit provider, the variable of its credentialEnv); otherwise name the stack with --stack",
        "No account was checked, so it is unknown whether the keys of prod.json work.",
      ],
    ]);
    expect(await fixture.control.requests()).toEqual([]);
  },
);

test("audit takes the credential from the environment when the file's is encrypted", async () => {
  const { fixture } = given;
  const project = await projectWithFile({
    "payengine:apiUrl": fixture.sandbox.url,
    "payengine:apiKey": ENCRYPTED,
  });
  const { exitCode, stdout } = await payengine(project, AUDIT, {
    env: { PAYENGINE_API_KEY: fixture.credential },
  });
  expect([exitCode, linesOf(stdout).at(-1)]).toEqual([0, "Keys of prod.json: 1 managed"]);
});

test("audit does not use another address for an explicit provider whose address is encrypted", async () => {
  const { fixture } = given;
  const inputs = {
    "payengine:provider": "team",
    "payengine:apiUrl": ENCRYPTED,
    "payengine:credentialEnv": "TEAM_KEY",
  };
  const project = await projectWithFile(inputs, "team");
  const file = await openStateFile(join(project.folder, "prod.json"), { TEAM_KEY: fixture.credential });
  const without: StateSource = { ...file, decrypted: async () => (await file.load()).providers };
  const { accounts, unreached } = await auditKeys([without], { minAge: 0 });
  expect([accounts, unreached.map(({ problem }) => problem)]).toEqual([
    [],
    [
      'the configuration of its provider "team" cannot be decrypted; look for its key by name in PayEngine\'s dashboard',
    ],
  ]);
});

test.each([
  ["an object", { get: "none" }],
  ["JSON text", '{"get":"none"}'],
])("audit reads an explicit provider's contract from state as %s", async (_form, contract) => {
  const { fixture } = given;
  const inputs = {
    "payengine:provider": "team",
    "payengine:apiUrl": fixture.sandbox.url,
    "payengine:contract": contract,
    "payengine:credentialEnv": "TEAM_KEY",
  };
  const project = await projectWithFile(inputs, "team");
  const file = await openStateFile(join(project.folder, "prod.json"), { TEAM_KEY: fixture.credential });
  // With a lagging list, audit requests the key itself, which this contract cannot.
  await fixture.control.setLag({ listMs: 3_600_000 });
  await fixture.control.clearRequests();
  const { keys, unreached } = await auditKeys([file], { minAge: 0 });
  expect([unreached, keys.map(({ category }) => category)]).toEqual([[], ["unsettled"]]);
  const paths = (await fixture.control.requests()).map(({ path }) => path);
  expect([...new Set(paths)]).toEqual(["/api/merchant", "/api/api-keys"]);
});

test("audit ignores a contract with an encrypted part", async () => {
  const { fixture } = given;
  const inputs = {
    "payengine:provider": "team",
    "payengine:apiUrl": fixture.sandbox.url,
    "payengine:contract": { authorization: ENCRYPTED },
    "payengine:credentialEnv": "TEAM_KEY",
  };
  const project = await projectWithFile(inputs, "team");
  const file = await openStateFile(join(project.folder, "prod.json"), { TEAM_KEY: fixture.credential });
  const { accounts, unreached } = await auditKeys([file], { minAge: 0 });
  expect([accounts, unreached.map(({ problem }) => problem)]).toEqual([
    [],
    [
      expect.stringMatching(
        /^its provider's configuration is partly encrypted in .*prod\.json; if that is only the credential, set PAYENGINE_API_KEY/,
      ),
    ],
  ]);
});
