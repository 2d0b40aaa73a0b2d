import { MERCHANT_IDS } from "payengine-sandbox";
import { findOrphans, openStack } from "../../recovery";
import { abridged, startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine } from "./command";
import {
  changeState,
  creating,
  longAgo,
  placeOf,
  plantKey,
  provider,
  root,
  storedKey,
} from "./planted-state";

const given = useFixture();

const REVOKE = ["orphans", "--revoke", "--yes", "--min-age", "0s"];
const NONE = "Found no orphaned keys of stack dev.";
const NOT_KNOWN = "Could not check whether stack dev has orphaned keys.";
const NAME = "shop-dev-web-0123456789";
const OTHER = "shop-dev-api-0123456789";
const OPERATION = "  creating urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::web";
const UNPROVEN =
  "nothing proves that web was requested in the account that was checked; run this with the credential that " +
  "created it, or set payengine:accountId to the ID of the account, of one of its merchants or of one of its keys " +
  "(`pulumi-payengine doctor` prints it), or, if you know that it was, clear them with `pulumi refresh --clear-pending-creates`";

/** A colleague's credential, perhaps of another account. */
const COLLEAGUES = { credentialFingerprint: "0a1b2c3d" };

/** A stack with one pending creation, by default begun with a colleague's credential. */
async function projectWithPending(place: Record<string, unknown> = {}, at = provider("dev")) {
  const project = await given.fixture.project({});
  await changeState(project, (state) => {
    state.manifest.time = longAgo();
    state.resources = [root("dev"), at];
    const inputs = { ...placeOf(given.fixture), ...COLLEAGUES, ...place };
    state.pending_operations = [creating(storedKey(at, "web", NAME), inputs)];
  });
  return project;
}

type Project = Awaited<ReturnType<typeof projectWithPending>>;

/** Plants another working key, of the resource "api". */
async function plantSibling(project: Project, place: Record<string, unknown>) {
  const { id, outputs } = await plantKey(given.fixture, OTHER);
  await changeState(project, ({ resources = [] }) => {
    resources.push(storedKey(provider("dev"), "api", OTHER, { ...outputs, ...place }));
  });
  return id;
}

async function reasonToKeep({ folder, env }: Project): Promise<string | undefined> {
  const stack = await openStack({ cwd: folder, env });
  return (await findOrphans(stack, { minAge: 0 })).keepPending;
}

const pin = (project: Project, id: string) => project.ok("config", "set", "payengine:accountId", id);

test("a pin with a merchant's or key's ID proves the account of an operation that a colleague began", async () => {
  const { fixture } = given;
  const project = await projectWithPending();
  expect(await reasonToKeep(project)).toBe(UNPROVEN);
  await pin(project, MERCHANT_IDS.sandbox[0]);
  expect(await reasonToKeep(project)).toBeUndefined();
  const [credential] = (await fixture.control.keys()).filter((it) => it.credential);
  await pin(project, credential?.id ?? "");
  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout).at(-1)]).toEqual([0, "Cleared 1 pending operation."]);
});

test("a pin that the account does not show keeps an operation, whoever began it", async () => {
  const { fixture } = given;
  const project = await projectWithPending(placeOf(fixture));
  await pin(project, MERCHANT_IDS.production[0]);
  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout)]).toEqual([
    2,
    [
      startingWith("Not checked: web: payengine:accountId pins <id>, but"),
      NOT_KNOWN,
      startingWith("Pending operations (kept in state: web could not be checked"),
      OPERATION,
      "Revoked 0 of 0 keys.",
    ],
  ]);
});

test("the pin from the beginning of an operation proves its account; a pin of another account does not", async () => {
  const right = await projectWithPending({ pinnedAccountId: MERCHANT_IDS.sandbox[1] });
  expect(await reasonToKeep(right)).toBeUndefined();
  const wrong = await projectWithPending({ pinnedAccountId: MERCHANT_IDS.production[1] });
  await pin(wrong, MERCHANT_IDS.sandbox[0]);
  expect(await reasonToKeep(wrong)).toEqual(
    abridged("nothing proves that web", `account that shows ${MERCHANT_IDS.production[1]},`, ""),
  );
});

test("another key of the credential that began an operation proves its account once listed", async () => {
  const { fixture } = given;
  const project = await projectWithPending();
  const sibling = await plantSibling(project, COLLEAGUES);
  expect(await reasonToKeep(project)).toBeUndefined();
  await fixture.control.revokeKey(sibling);
  expect(await reasonToKeep(project)).toBe(UNPROVEN);
  await changeState(project, ({ resources }) => {
    resources?.pop();
  });
});

test.each([
  ["of another credential", { credentialFingerprint: "ffffffff" }],
  ["whose credential is not recorded", { credentialFingerprint: undefined }],
])("another key of the same provider %s proves nothing", async (_what, place) => {
  const project = await projectWithPending();
  await plantSibling(project, place);
  expect(await reasonToKeep(project)).toBe(UNPROVEN);
});

test("a key of the exact name, live or revoked, proves an operation's outcome, whoever began it", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ revokedKeys: "status" });
  const project = await projectWithPending();
  const { id } = await plantKey(fixture, NAME);
  expect(await reasonToKeep(project)).toBeUndefined();
  await fixture.control.revokeKey(id);
  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout)]).toEqual([
    0,
    [
      NONE,
      "Pending operations (--revoke clears them):",
      OPERATION,
      "Revoked 0 of 0 keys.",
      "Cleared 1 pending operation.",
    ],
  ]);
});

test("a revoked key of the exact name does not rule out a later attempt", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ revokedKeys: "status" });
  const project = await projectWithPending();
  await fixture.control.revokeKey((await plantKey(fixture, NAME)).id);
  await changeState(project, ({ manifest }) => {
    manifest.time = new Date().toISOString();
  });
  expect(await reasonToKeep(project)).toMatch(/^a request for web may still take effect until /);
});

test("orphans says to clear an explicit provider's operation by hand when it cannot be pinned", async () => {
  const { fixture } = given;
  const at = provider("dev", "team", {
    "payengine:provider": "team",
    "payengine:apiUrl": fixture.sandbox.url,
    "payengine:credentialEnv": "TEAM_KEY",
  });
  const project = await projectWithPending({}, at);
  project.env.TEAM_KEY = fixture.credential;
  expect(await reasonToKeep(project)).toEqual(
    abridged(
      "nothing proves that web",
      "the credential that created it, or, if you know that it was, clear them",
      "",
    ),
  );
});

test("orphans sends nothing when an operation was begun at another address", async () => {
  const { fixture } = given;
  const project = await projectWithPending({
    ...placeOf(fixture),
    apiUrl: "https://console.payengine.dev/api",
  });
  await fixture.control.clearRequests();
  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout)]).toEqual([
    2,
    [
      "Not checked: web: its key was requested at https://console.payengine.dev/api, but payengine:apiUrl is <address>/api, so nothing was sent; set payengine:apiUrl back to https://console.payengine.dev/api, or, if that console has moved, set payengine:formerApiUrl to https://console.payengine.dev/api",
      NOT_KNOWN,
      startingWith("Pending operations (kept in state: web could not be checked"),
      OPERATION,
      "Revoked 0 of 0 keys.",
    ],
  ]);
  expect(await fixture.control.requests()).toEqual([]);

  await project.ok("config", "set", "payengine:formerApiUrl", "https://console.payengine.dev/api");
  expect(await reasonToKeep(project)).toBeUndefined();
});

test("an operation without a recorded address was begun at PayEngine's own address", async () => {
  const { fixture } = given;
  const project = await projectWithPending({ ...placeOf(fixture), apiUrl: undefined });
  const { stdout } = await payengine(project, REVOKE);
  expect(linesOf(stdout)[0]).toContain("its key was requested at https://console.payengine.co/api, but");
});
