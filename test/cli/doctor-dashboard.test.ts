import { abridged, startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import { doctorOn, examined, NO_LIST, NO_WORKS, NO_WRITE, troubles } from "./doctor-fixture";

const given = useFixture();

test('doctor points to the contract "dashboard" when the key calls take signed-in people only', async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ manageKeys: "consoleOnly" });
  const { exitCode, lines } = await doctorOn(fixture, "--write");
  expect([exitCode, troubles(lines)]).toEqual([
    2,
    [
      "FAIL  list  GET /api-keys answers 401 (jwt malformed): this account's key calls take no private key, only people who are signed in to the console",
      '  → run `pulumi config set payengine:contract dashboard` (for an explicit provider, give it contract: "dashboard"): people make the keys, and you adopt them; the guide is docs/dashboard.md',
      "skip  get  there is no listed key to ask for",
      NO_WRITE,
    ],
  ]);

  const project = await fixture.project({});
  await project.ok("config", "set", "payengine:contract", "dashboard");
  await fixture.control.clearRequests();
  const reading = await examined(project);
  expect([reading.exitCode, reading.lines.slice(-7)]).toEqual([
    0,
    [
      'pass  contract  "dashboard": people make keys in PayEngine\'s console, and you adopt them by `adopt: { token }`. A rotation takes a new token, and a revoked key is recognized by the 401 of its value. Making, listing and revoking keys, lookups and orphans need calls that this contract does not have',
      "pass  connection  <address>/api answers, unencrypted on this machine",
      "pass  credential  PayEngine accepts it",
      "pass  works  GET /merchant answers 200: a list of 2 in data, snake_case",
      "pass  clock  agrees with PayEngine's to the minute",
      expect.stringContaining("(the id of a merchant of this account)"),
      'skip  list  payengine:contract is "dashboard", which has no call that makes, lists or revokes a key',
    ],
  ]);
  const writing = await examined(project, ["--write"]);
  expect([writing.exitCode, troubles(writing.lines)]).toEqual([
    0,
    [abridged('skip  write  payengine:contract is "dashboard"', ": nothing was made")],
  ]);
  const requests = await fixture.control.requests();
  expect([...new Set(requests.map(({ method, path }) => `${method} ${path}`))]).toEqual([
    "GET /api/merchant",
  ]);
});

test("doctor does not try a credential that gets 401 in any other form", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ scheme: "Bearer" });
  const { exitCode, lines } = await doctorOn(fixture, "--write");
  expect([exitCode, troubles(lines)]).toEqual([
    2,
    [
      "FAIL  credential  PayEngine answers 401 to it (E121)",
      startingWith("  → check that the private key is whole"),
      NO_WORKS,
      NO_LIST,
    ],
  ]);
  expect(await fixture.control.requests()).toHaveLength(1);

  const project = await fixture.project({});
  await project.ok("config", "set", "--path", "payengine:contract.authorization", "Bearer {key}");
  const fitting = await examined(project, ["--write"]);
  expect([fitting.exitCode, troubles(fitting.lines)]).toEqual([0, []]);
});
