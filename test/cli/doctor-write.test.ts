import { until } from "../e2e/harness/processes";
import { useStage } from "../e2e/harness/stage";
import { payengine } from "./command";
import { doctorOn, troubles } from "./doctor-on-stage";

const given = useStage();

const LOST =
  "pass  write: revoke  the answer was lost; pulumi-payengine-doctor-<digits> was found by its exact name and revoked";
const REPORT =
  "  → this account answers otherwise than this version expects: create no keys with it, and report this output (it holds no values) at the project's issues";

test.each([
  [
    "an answer that is lost",
    { kind: "dropAfterCommit" },
    [
      "FAIL  write: create  The connection to PayEngine was lost before an answer came; try again (POST <address>/api/api-keys, UND_ERR_SOCKET)",
      "  → put right what PayEngine says, then run this again",
    ],
    LOST,
  ],
  [
    "a 429 that is not PayEngine's own",
    { kind: "statusAfterCommit", status: 429, body: "html" },
    [
      "FAIL  write: create  PayEngine answered 429 to POST <address>/api/api-keys. Wait, or raise payengine:maxRetries",
      "  → put right what PayEngine says, then run this again",
    ],
    LOST,
  ],
  [
    "an answer without the value",
    { kind: "valueMissing" },
    ["FAIL  write: value  the answer holds no value of the key", REPORT],
    "pass  write: revoke  the key was revoked",
  ],
  [
    "another name",
    { kind: "wrongName" },
    ["FAIL  write: as asked  the key has another name or type than was asked for", REPORT],
    "pass  write: revoke  the key was revoked",
  ],
  [
    "a refusal",
    { kind: "statusBeforeCommit", status: 422 },
    [
      "FAIL  write: create  PayEngine answered 422 to POST <address>/api/api-keys: Status 422, as asked for by a fault",
      "  → put right what PayEngine says, then run this again",
    ],
    undefined,
  ],
] as const)("--write leaves no key behind after %s", async (_what, fault, expected, last) => {
  await given.stage.control.addFault({ operation: "createKey", ...fault });
  const { exitCode, lines } = await doctorOn(given.stage, "--write");
  expect([exitCode, troubles(lines)]).toEqual([
    2,
    [...expected, expect.stringMatching(/^1 failed, 0 warnings, /)],
  ]);
  if (last) expect(lines).toContain(last);
  expect(await given.stage.liveKeys()).toEqual([]);
});

test("--write names the key that it could not revoke", async () => {
  const { stage } = given;
  await stage.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 403,
    times: "always",
  });
  const { exitCode, lines } = await doctorOn(given.stage, "--write");
  expect([exitCode, troubles(lines).slice(0, 2)]).toEqual([
    2,
    [
      "FAIL  write: revoke  pulumi-payengine-doctor-<digits> may still be live: PayEngine answered 403 to DELETE <address>/api/api-keys/<id>: Status 403, as asked for by a fault. Managing keys needs a credential whose user has the Admin or Developer role",
      "  → look for pulumi-payengine-doctor-<digits> in PayEngine's dashboard, and revoke it",
    ],
  ]);
  for (const { id } of await stage.liveKeys()) stage.leftAlive.add(id);
});

test("a signal in the middle of --write waits until the key is revoked", async () => {
  const { stage } = given;
  await stage.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 1500 });
  const project = await stage.project({});
  let pid = 0;
  const ended = payengine(project, ["doctor", "--write"], {
    onStart: (started) => {
      pid = started;
    },
  });
  const isMade = async () => (await stage.liveKeys()).length > 0;
  while (!(await isMade())) await new Promise((resolve) => setTimeout(resolve, 50));
  process.kill(pid, "SIGINT");
  const { exitCode, stderr } = await ended;
  expect([exitCode, stderr]).toEqual([0, "Stopping when the checks are done, so that no key is left.\n"]);
  expect(await stage.liveKeys()).toEqual([]);
});

test("without --write a signal ends doctor at once", async () => {
  const { stage } = given;
  await stage.control.addFault({ operation: "listKeys", kind: "delay", beforeCommitMs: 5_000 });
  const project = await stage.project({});
  let pid = 0;
  const ended = payengine(project, ["doctor"], {
    onStart: (started) => {
      pid = started;
    },
  });
  await until("doctor reads the list", async () => {
    return (await stage.control.requests()).some(({ path }) => path.endsWith("/api-keys")) || undefined;
  });
  process.kill(pid, "SIGINT");
  const { exitCode, stderr } = await ended;
  expect([exitCode, stderr]).toEqual([null, ""]);
});
