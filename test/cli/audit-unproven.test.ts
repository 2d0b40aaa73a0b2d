import { ACCOUNT_IDS } from "payengine-sandbox";
import { startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine, plainText } from "./command";
import { keyNameOf, projectWithKey } from "./one-key-project";
import { changeState, creating, placeOf, plantKey, provider, storedKey } from "./planted-state";

const given = useFixture();

const AUDIT = ["audit", "--min-age", "0s"];

test("a key that a running operation may still store is unsettled, not orphaned", async () => {
  const { fixture } = given;
  const { project, at } = await projectWithKey(given.fixture);
  fixture.leftAlive.add((await plantKey(fixture, keyNameOf("lost", 6))).id);
  await changeState(project, (state) => {
    state.manifest.time = new Date().toISOString();
    state.pending_operations = [creating(storedKey(at, "lost", keyNameOf("lost", 6)), placeOf(fixture))];
  });
  const { exitCode, stdout } = await payengine(project, ["audit"]);
  expect([exitCode, linesOf(stdout)[1]]).toEqual([
    2,
    "unsettled  an operation may still be running until <time>  dev  lost  shop-dev-lost-<digits>  <id>  <host>  <time>  never",
  ]);
});

test("a key missing from a lagging list is managed, and a key that no request shows yet is unsettled", async () => {
  const { fixture } = given;
  const { project } = await projectWithKey(given.fixture);
  await fixture.control.setLag({ listMs: 3_600_000 });
  const listed = await payengine(project, AUDIT);
  expect([listed.exitCode, linesOf(listed.stdout).at(-1)]).toEqual([0, "Keys of dev: 1 managed"]);
  await fixture.control.setLag({ listMs: 3_600_000, getMs: 3_600_000 });
  const hidden = await payengine(project, AUDIT);
  expect([hidden.exitCode, linesOf(hidden.stdout)[1]]).toEqual([
    2,
    "unsettled  created less than a minute ago, so the list may not have it yet: run again  dev  web  shop-dev-web-<digits>  <id>  <host>  <time>  never",
  ]);
  await fixture.control.setLag({});
});

test("audit reports no key as gone with another account's credential or an unreachable PayEngine", async () => {
  const { fixture } = given;
  const { project } = await projectWithKey(given.fixture);
  await changeState(project, ({ resources = [] }) => {
    Object.assign(resources[2].outputs ?? {}, { accountId: ACCOUNT_IDS.sandbox });
  });
  await fixture.control.setDialect({ merchant: "object" });
  const { key: elsewhere } = await fixture.newCredential("production", "Admin");
  const wrong = await payengine(project, AUDIT, { env: { PAYENGINE_API_KEY: elsewhere } });
  expect([wrong.exitCode, linesOf(wrong.stdout)]).toEqual([
    2,
    [
      startingWith("Not checked: web of dev: the credential belongs to account <id>, but state"),
      expect.stringMatching(/^Account <id> at <address>\/api: \d live keys?, \d foreign$/),
      "Keys of dev (some not checked): 0 managed",
    ],
  ]);
  await fixture.control.addFault({
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 403,
    times: "always",
  });
  const refused = await payengine(project, [...AUDIT, "--json"]);
  expect([refused.exitCode, JSON.parse(plainText(refused.stdout))]).toEqual([
    2,
    {
      schemaVersion: 1,
      checkedAt: "<time>",
      sources: ["dev"],
      accounts: [],
      keys: [],
      notAudited: [],
      unreached: [
        {
          source: "dev",
          resources: ["web"],
          problem: startingWith("PayEngine returned 403 for GET <address>/api/api-keys: "),
        },
      ],
    },
  ]);
});

test("audit of an exported file requires its encrypted credential, and shows shared keys and hostile names", async () => {
  const { fixture } = given;
  const { project, made } = await projectWithKey(given.fixture);
  const at = provider("dev", "production", {
    "payengine:provider": "production",
    "payengine:apiUrl": fixture.sandbox.url,
    "payengine:apiKey": {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:x",
    },
  });
  const copy = storedKey(at, "copied", keyNameOf("web", 1), made.outputs);
  const deployment = { manifest: { time: new Date().toISOString() }, resources: [at, copy] };
  await project.write({ "copy.json": JSON.stringify({ version: 3, deployment }) });
  const esc = String.fromCharCode(27);
  fixture.leftAlive.add((await plantKey(fixture, `${esc}[31mred-0123456789`)).id);

  const file = await payengine(project, [...AUDIT, "--state", "copy.json"]);
  expect([file.exitCode, linesOf(file.stdout)]).toEqual([
    2,
    [
      startingWith("Not checked: copied of copy.json: its provider's configuration is partly encrypted"),
      "No account was checked, so it is unknown whether the keys of copy.json work.",
    ],
  ]);
  const both = await payengine(project, [...AUDIT, "--state", "copy.json", "--stack", "dev"]);
  expect(both.stdout).not.toContain(esc);
  expect([both.exitCode, linesOf(both.stdout).slice(2, 4)]).toEqual([
    2,
    [
      "unmatched  in none of these states: add its stack, or --all-stacks; if no stack has it, revoke it in PayEngine's dashboard  -  -  \u{fffd}[31mred-<digits>  <id>  <host>  <time>  never",
      "managed  also held by copied of copy.json: destroying one revokes it for all  dev  web  shop-dev-web-<digits>  <id>  <host>  <time>  never",
    ],
  ]);
});
