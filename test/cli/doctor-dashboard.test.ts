import { abridged, startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import { doctorOn, examined, NO_LIST, NO_WORKS, NO_WRITE, troubles } from "./doctor-fixture";

const given = useFixture();

test('doctor suggests the contract "dashboard" if only signed-in people may send key requests', async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ manageKeys: "consoleOnly" });
  const { exitCode, lines } = await doctorOn(fixture, "--write");
  expect([exitCode, troubles(lines)]).toEqual([
    2,
    [
      "FAIL  list  GET /api-keys returned 401 (jwt malformed): in this account only people who are signed in to the console can manage keys; a private key cannot",
      '  → run `pulumi config set payengine:contract dashboard` (for an explicit provider, give it contract: "dashboard"): people create the keys, and you adopt them (see docs/dashboard.md)',
      "skip  get  the list has no key to request",
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
      'pass  contract  "dashboard": people create keys in PayEngine\'s console, and you adopt them with `adopt: { token }`. To rotate, pass a new token. A revoked key is recognized by the 401 that its value gets. This contract cannot create, list or revoke keys, so lookups and `orphans` do not work with it',
      "pass  connection  <address>/api responds over plain HTTP on this machine",
      "pass  credential  PayEngine accepts it",
      "pass  works  GET /merchant returned 200: a list of 2 in data, snake_case",
      "pass  clock  within a minute of PayEngine's clock",
      expect.stringContaining("(the ID of a merchant of this account)"),
      'skip  list  payengine:contract is "dashboard", which cannot create, list or revoke keys',
    ],
  ]);
  const writing = await examined(project, ["--write"]);
  expect([writing.exitCode, troubles(writing.lines)]).toEqual([
    0,
    [abridged('skip  write  payengine:contract is "dashboard"', "; no key was created")],
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
      "FAIL  credential  PayEngine returned 401 for it (E121)",
      startingWith("  → check that the private key is complete"),
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
