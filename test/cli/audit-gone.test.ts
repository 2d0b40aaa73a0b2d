import { ACCOUNT_IDS, MERCHANT_IDS } from "payengine-sandbox";
import { auditKeys, openStack } from "../../recovery";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { linesOf, payengine } from "./command";
import { keyNameOf } from "./one-key-project";
import { changeState, placeOf, plantKey, provider, root, storedKey } from "./planted-state";

const given = useFixture();

type Properties = Record<string, unknown>;

/** The recorded credential is not the stack's: a colleague's, perhaps of another account. */
const COLLEAGUES = { credentialFingerprint: "0a1b2c3d" };

/** A stack with two keys: "web", a revoked private key, and "api", a live key. */
async function projectWithRevoked(web: Properties = {}, api: Properties = {}) {
  const { fixture } = given;
  const project = await fixture.project({});
  const at = provider("dev");
  const [gone, live] = [
    await plantKey(fixture, keyNameOf("web", 1), "private"),
    await plantKey(fixture, keyNameOf("api", 2)),
  ];
  fixture.inTheClear.add(String(gone.outputs.token));
  await fixture.control.revokeKey(gone.id);
  const long = { createdAt: "2026-01-01T00:00:00Z" };
  await changeState(project, (state) => {
    state.resources = [
      root("dev"),
      at,
      storedKey(at, "web", keyNameOf("web", 1), { ...gone.outputs, ...long, ...COLLEAGUES, ...web }),
      storedKey(at, "api", keyNameOf("api", 2), { ...live.outputs, ...api }),
    ];
  });
  return project;
}

/** Removes the key that does not work from state, for the fixture's final check. */
async function forgetWeb(project: Project): Promise<void> {
  await changeState(project, (state) => {
    state.resources = state.resources?.filter(({ urn }) => !urn.endsWith("::web"));
  });
}

/** The category of "web", or why it was not checked. */
async function verdictOn(project: Project): Promise<string | undefined> {
  const stack = await openStack({ cwd: project.folder, env: project.env });
  const { keys, unreached } = await auditKeys([stack], { minAge: 0 });
  await forgetWeb(project);
  const [problem] = unreached;
  return problem?.problem ?? keys.find(({ resource }) => resource === "web")?.category;
}

const UNPROVEN =
  "PayEngine does not find its key, but nothing proves that it was created in this account; run this with the credential " +
  "that created it, or set payengine:accountId to the ID of the account, of one of its merchants or of one of its keys " +
  "(`pulumi-payengine doctor` prints it)";

test("audit does not report a missing key as gone if another credential, perhaps of another account, made it", async () => {
  const project = await projectWithRevoked();
  const { exitCode, stdout } = await payengine(project, ["audit", "--min-age", "0s"]);
  await forgetWeb(project);
  expect([exitCode, linesOf(stdout)]).toEqual([
    2,
    [
      `Not checked: web of dev: ${UNPROVEN}`,
      "Account at <address>/api: 2 live keys, 1 foreign",
      "Keys of dev (some not checked): 1 managed",
    ],
  ]);
});

test.each<[string, (fixture: Fixture) => Properties, Properties]>([
  ["the credential that made it", (fixture) => placeOf(fixture), { credentialFingerprint: "ffffffff" }],
  ["another key that the same credential made", () => ({}), COLLEAGUES],
  ["a merchant of its account, for a private key", () => ({ merchantId: MERCHANT_IDS.sandbox[0] }), {}],
  ["what pinned the account when it was made", () => ({ pinnedAccountId: MERCHANT_IDS.sandbox[1] }), {}],
])("a missing key is gone once its account is proven by %s", async (_witness, web, api) => {
  expect(await verdictOn(await projectWithRevoked(web(given.fixture), api))).toBe("gone");
});

test.each([
  ["a merchant, for a public key", { merchantId: MERCHANT_IDS.sandbox[0], type: "public" }],
  ["a merchant of another account", { merchantId: MERCHANT_IDS.production[0] }],
])("%s does not prove the account of a missing key", async (_witness, web) => {
  expect(await verdictOn(await projectWithRevoked(web))).toBe(UNPROVEN);
});

test("a pin proves the account of a missing key, and so does an account id that PayEngine returns", async () => {
  const pinned = await projectWithRevoked();
  await pinned.ok("config", "set", "payengine:accountId", MERCHANT_IDS.sandbox[0]);
  expect(await verdictOn(pinned)).toBe("gone");

  await given.fixture.control.setDialect({ merchant: "object" });
  expect(await verdictOn(await projectWithRevoked({ accountId: ACCOUNT_IDS.sandbox }))).toBe("gone");
});

test("under a contract without a call for one key, the list shows that a key is gone", async () => {
  const { fixture } = given;
  const project = await projectWithRevoked(placeOf(fixture));
  await fixture.control.setDialect({ getById: false });
  await project.ok("config", "set", "--path", "payengine:contract.get", "none");
  expect(await verdictOn(project)).toBe("gone");
});

test("audit does not look up a key made at another address", async () => {
  const project = await projectWithRevoked({ apiUrl: "https://console.payengine.dev/api" });
  expect(await verdictOn(project)).toMatch(
    /^its key was requested at https:\/\/console\.payengine\.dev\/api, but payengine:apiUrl is http/,
  );
});

test("audit reports one account for two credentials of it, with or without an account id from PayEngine", async () => {
  const { fixture } = given;
  const project = await projectWithRevoked(placeOf(fixture));
  await forgetWeb(project);
  const colleague = await fixture.newCredential("sandbox", "Developer");
  const team = provider("dev", "team", {
    "payengine:provider": "team",
    "payengine:apiUrl": fixture.sandbox.url,
    "payengine:credentialEnv": "TEAM_KEY",
  });
  const made = await plantKey(fixture, keyNameOf("other", 3), "public", colleague.key);
  await changeState(project, (state) => {
    state.resources?.push(team, storedKey(team, "other", keyNameOf("other", 3), made.outputs));
  });
  const { exitCode, stdout } = await payengine(project, ["audit", "--min-age", "0s"], {
    env: { TEAM_KEY: colleague.key },
  });
  expect([exitCode, linesOf(stdout)]).toEqual([
    0,
    ["Account at <address>/api: 4 live keys, 2 foreign", "Keys of dev: 2 managed"],
  ]);
});
