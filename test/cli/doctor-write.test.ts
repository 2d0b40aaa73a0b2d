import { startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import { until } from "../e2e/harness/processes";
import { type ProxiedAnswer, startAlteringProxy } from "./altering-proxy";
import { payengine } from "./command";
import { doctorOn, examined, LOOK_FOR, REPORT_LINE, troubles } from "./doctor-fixture";

const given = useFixture();

const LOST = "pass  revoke  pulumi-payengine-doctor-<digits> was found by its exact name and revoked";
const REVOKED = "pass  revoke  DELETE /api-keys/{id} revoked pulumi-payengine-doctor-<digits>";
const UNTRIED = "skip  revoked value  no value of the key has worked";
const REVEAL =
  "  → find the request that PayEngine's console sends when it shows a new key (see docs/contract.md), correct the guess, and run the commands at the end of this output, then run this again";
const noValue = (problem: string) => [
  `FAIL  create: value  the response has ${problem} of the key, so another request may reveal it, perhaps "POST /api-keys/{id}/reveal" (a guess)`,
  REVEAL,
];

test.each([
  [
    "a lost response",
    { kind: "dropAfterCommit" },
    [startingWith("FAIL  create  The connection to PayEngine was lost"), "  → run this again", UNTRIED],
    LOST,
  ],
  [
    "a firewall's page instead of the response",
    { kind: "statusAfterCommit", status: 403, body: "html" },
    [
      "FAIL  create  POST /api-keys returned 403 with a web page, which is not a format that PayEngine publishes",
      "  → check payengine:apiUrl, proxies and firewalls, and the path; find the request that PayEngine's console sends, in your browser's network tab (see docs/contract.md), and set it as payengine:contract.create",
      UNTRIED,
    ],
    LOST,
  ],
  [
    "a web page that says 200",
    { kind: "html200" },
    ["FAIL  create  POST /api-keys returned 200, but with a web page", REPORT_LINE, UNTRIED],
    LOST,
  ],
  [
    "a response without a key",
    { kind: "unreadable" },
    [
      "FAIL  create  POST /api-keys returned 200, but with an object at the top level, which has no key ID, name or value",
      REPORT_LINE,
      UNTRIED,
    ],
    LOST,
  ],
  [
    "a response without the ID",
    { kind: "idMissing" },
    [
      "WARN  create: id  the response has no key ID, so the key is found by its name",
      "  → you can create keys; if a response is lost, the key is found by its exact name",
    ],
    LOST,
  ],
  ["a response without the value", { kind: "valueMissing" }, [...noValue("no value"), UNTRIED], REVOKED],
  ["a masked value", { kind: "maskedValue", form: "dots" }, [...noValue("a masked value"), UNTRIED], REVOKED],
  [
    "another name",
    { kind: "wrongName" },
    ["FAIL  create: as asked  the key does not have the requested name", REPORT_LINE],
    REVOKED,
  ],
  [
    "a refusal",
    { kind: "statusBeforeCommit", status: 422 },
    [
      "FAIL  create  PayEngine returned 422 for POST <address>/api/api-keys: Status 422, as asked for by a fault",
      "  → fix this, then run this again",
    ],
    undefined,
  ],
] as const)("--write leaves no key behind after %s", async (_what, fault, expected, last) => {
  await given.fixture.control.addFault({ operation: "createKey", ...fault });
  const { exitCode, lines } = await doctorOn(given.fixture, "--write");
  const isFailed = lines.some((line) => line.startsWith("FAIL"));
  expect([exitCode, troubles(lines)]).toEqual([isFailed ? 2 : 0, expected]);
  if (last) expect(lines).toContain(last);
  expect(await given.fixture.liveKeys()).toEqual([]);
});

/** Runs --write against a PayEngine whose responses are changed in transit. */
async function writeWith(alter: (answer: ProxiedAnswer) => void) {
  const { fixture } = given;
  const proxy = await startAlteringProxy(fixture.sandbox.url, alter);
  const project = await fixture.project({ config: { "payengine:apiUrl": proxy.url } });
  const examination = await examined(project, ["--write"]);
  await proxy.close();
  return examination;
}

test("--write revokes a key in an unknown wrapper by the ID beside its name", async () => {
  const { exitCode, lines } = await writeWith((answer) => {
    if (answer.method === "POST") answer.body = { data: { api_key: Object(answer.body).data } };
  });
  expect([exitCode, troubles(lines)]).toEqual([
    2,
    [
      "FAIL  create  POST /api-keys returned 200, but with an object in data.api_key, snake_case, which has no key ID, name or value",
      REPORT_LINE,
      UNTRIED,
    ],
  ]);
  expect(lines).toContain(REVOKED);
  expect(await given.fixture.liveKeys()).toEqual([]);
});

test("--write revokes its key when the list was empty before", async () => {
  await given.fixture.control.setDialect({ fields: { id: "uuid" } });
  const { exitCode, lines, commands } = await writeWith(({ method, path, body }) => {
    const list = body as { data: { name: string }[] };
    const isTrial = ({ name }: { name: string }) => name.startsWith("pulumi-payengine-doctor-");
    if (method === "GET" && path.startsWith("/api-keys?")) list.data = list.data.filter(isTrial);
  });
  // The ID is beside the exact name, in a common field.
  expect([exitCode, commands]).toEqual([2, ["pulumi config set --path payengine:contract.fields.id uuid"]]);
  expect(lines).toContain(REVOKED);
  expect(await given.fixture.liveKeys()).toEqual([]);
});

test("--write finds the key of a lost response in a list that lags behind", async () => {
  const { fixture } = given;
  await fixture.control.setLag({ listMs: 2_000 });
  await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  const { exitCode, lines } = await doctorOn(fixture, "--write");
  expect(exitCode).toBe(2);
  expect(lines).toContain(LOST);
  expect(await fixture.liveKeys()).toEqual([]);
});

test("--write fails and names the key when its revoked value still works", async () => {
  const { fixture } = given;
  await fixture.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 403,
    times: "always",
  });
  // The response says that the key was revoked, but nothing happened.
  const { exitCode, lines } = await writeWith((answer) => {
    if (answer.method !== "DELETE") return;
    Object.assign(answer, { status: 200, body: { message: "api key revoked" } });
  });
  expect([exitCode, troubles(lines)]).toEqual([
    2,
    [
      "FAIL  revoke  PayEngine still lists pulumi-payengine-doctor-<digits> as live after DELETE /api-keys/{id}",
      LOOK_FOR,
    ],
  ]);
  for (const { id } of await fixture.liveKeys()) fixture.leftAlive.add(id);
});

test("--write names the key that it could not revoke", async () => {
  const { fixture } = given;
  await fixture.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 403,
    times: "always",
  });
  const { exitCode, lines, stdout } = await doctorOn(given.fixture, "--write");
  const [{ name }] = await fixture.liveKeys();
  expect([exitCode, troubles(lines)]).toEqual([
    2,
    [
      startingWith(
        "FAIL  revoke  pulumi-payengine-doctor-<digits> may still be live: PayEngine returned 403",
      ),
      LOOK_FOR,
    ],
  ]);
  expect(stdout).toContain(`look for ${name} in PayEngine's dashboard`);
  for (const { id } of await fixture.liveKeys()) fixture.leftAlive.add(id);
});

test("a signal in the middle of --write waits until the key is revoked", async () => {
  const { fixture } = given;
  await fixture.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 1500 });
  const project = await fixture.project({});
  let pid = 0;
  const ended = payengine(project, ["doctor", "--write"], {
    onStart: (started) => {
      pid = started;
    },
  });
  const isMade = async () => (await fixture.liveKeys()).length > 0;
  while (!(await isMade())) await new Promise((resolve) => setTimeout(resolve, 50));
  process.kill(pid, "SIGINT");
  const { exitCode, stderr } = await ended;
  expect([exitCode, stderr]).toEqual([0, "Stopping after the trial key is revoked.\n"]);
  expect(await fixture.liveKeys()).toEqual([]);
});

test("a signal ends doctor without --write at once", async () => {
  const { fixture } = given;
  await fixture.control.addFault({ operation: "listKeys", kind: "delay", beforeCommitMs: 5_000 });
  const project = await fixture.project({});
  let pid = 0;
  const ended = payengine(project, ["doctor"], {
    onStart: (started) => {
      pid = started;
    },
  });
  await until("doctor reads the list", async () => {
    return (await fixture.control.requests()).some(({ path }) => path.endsWith("/api-keys")) || undefined;
  });
  process.kill(pid, "SIGINT");
  const { exitCode, stderr } = await ended;
  expect([exitCode, stderr]).toEqual([null, ""]);
});
