import { tmpdir } from "node:os";
import type { FoundKey, WhoseReport } from "../../recovery/whose/whose-keys";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import { keyMadeByHand } from "../e2e/harness/made-by-hand";
import type { Project } from "../e2e/harness/project";
import { runProgram } from "../e2e/harness/run-program";
import { linesOf, payengine } from "./command";

const given = useFixture();

const PROGRAM = `
const config = new pulumi.Config();
const isHand = pulumi.getStack() === "hand";
const rotation = { overlap: "7d", triggers: { round: config.get("round") ?? "1" } };
if (!isHand) {
  new payengine.ApiKey("checkout", { type: "private" }, { protect: true });
  new payengine.ApiKey("worker", { type: "private", rotation });
  new payengine.ApiKey("web", { type: "public" });
  const token = config.getSecret("adopted");
  new payengine.ApiKey("legacy", { type: "private", ...(token && { adopt: { keyId: config.get("adoptedId"), token } }) });
} else {
  new payengine.ApiKey("byHand", { type: "private", adopt: { token: config.requireSecret("byHand") }, rotation: { overlap: "1h" } });
}
`;
/** Without the passphrase, nothing can be decrypted. */
const NO_PASSPHRASE = { env: { PULUMI_CONFIG_PASSPHRASE: "wrong" } };
const PROMPTLESS = { PULUMI_SKIP_CONFIRMATIONS: "true" };

/** Runs the command on a text, and checks that no request was sent. */
async function whose(project: Project, stdin: string, ...flags: string[]) {
  const { control } = given.fixture;
  await control.clearRequests();
  const { exitCode, stdout, stderr } = await payengine(project, ["whose", "--json", ...flags], {
    ...NO_PASSPHRASE,
    stdin,
  });
  expect([await control.requests(), stderr]).toEqual([[], ""]);
  return { exitCode, report: JSON.parse(stdout) as WhoseReport };
}

const found = ({ keys }: WhoseReport, resource: string, which = "current") =>
  keys.find((key) => key.resource === resource && key.which === which) as FoundKey;

/** Runs a printed command in the project's folder, as it is. */
async function type(project: Project, command: string): Promise<void> {
  const ended = await runProgram("bash", ["-c", command], {
    cwd: project.folder,
    env: { ...project.env, ...PROMPTLESS },
    limitMs: 120_000,
  });
  project.said.push(ended);
  if (ended.exitCode !== 0) throw new Error(`${command} failed:\n${ended.stdout}${ended.stderr}`);
}

const byHand = async (fixture: Fixture, name: string) => {
  const { keyId, token } = await keyMadeByHand(fixture, name);
  fixture.leftAlive.add(keyId);
  return { keyId, token };
};

test("each leaked key in a log is found in its stack, and the printed commands replace it", async () => {
  const { fixture } = given;
  const legacy = await keyMadeByHand(fixture, "legacy");
  const hand = await byHand(fixture, "by hand 1");
  const project = await fixture.project({
    program: PROGRAM,
    config: { "payengine:apiUrl": fixture.sandbox.url, "shop:adoptedId": legacy.keyId },
    secrets: { "payengine:apiKey": fixture.credential, "shop:adopted": legacy.token },
  });
  await project.up();
  await project.ok("config", "set", "round", "2");
  await project.up();
  const [checkout, worker, web] = await Promise.all(
    ["checkout", "worker", "web"].map((it) => project.key(it)),
  );
  await inStack(project, "hand", async () => {
    await project.ok("stack", "init", "hand");
    await project.ok("config", "set", "payengine:apiUrl", fixture.sandbox.url);
    await project.ok("config", "set", "payengine:contract", "dashboard");
    await project.setSecret("payengine:apiKey", fixture.credential);
    await project.setSecret("byHand", hand.token);
    await project.up();
  });

  const log = [
    `GET /merchant {"authorization":"Basic ${checkout.token}"}`,
    `worker: ${Buffer.from(`${worker.token}:`).toString("base64")}`,
    `worker before: %22${worker.previousToken}%22`,
    `<script data-key="${web.token}">`,
    `legacy: \\n${legacy.token}`,
    `by hand: ${hand.token}`,
  ].join("\n");
  const { exitCode, report } = await whose(project, log);
  expect([exitCode, report.sources, report.keyCount, report.unread]).toEqual([2, ["dev", "hand"], 5, []]);
  const shown = report.keys.map(({ match, which, source, resource, keyId, generation, commands }) =>
    [match, which, source, resource, keyId, generation, commands.length].join(" "),
  );
  expect(shown).toEqual([
    `exact current dev checkout ${checkout.keyId} 1 2`,
    `exact current dev legacy ${legacy.keyId} 1 2`,
    `exact current dev web ${web.keyId} 1 0`,
    `exact current dev worker ${worker.keyId} 2 1`,
    `exact previous dev worker ${worker.previousKeyId} 1 1`,
    "exact current hand byHand  1 2",
  ]);

  const run = async (key: FoundKey) => {
    for (const command of key.commands) await type(project, command);
  };
  await run(found(report, "checkout"));
  await run(found(report, "worker", "previous"));
  await project.ok("config", "rm", "adopted");
  await run(found(report, "legacy"));
  const next = await byHand(fixture, "by hand 2");
  await inStack(project, "hand", async () => {
    await project.ok("stack", "select", "hand");
    await project.setSecret("byHand", next.token);
    const [up = "", refresh = ""] = found(report, "byHand").commands;
    await type(project, up);
    await fixture.control.revokeKey(hand.keyId);
    await type(project, refresh);
    expect((await project.keys()).map(({ token, previousToken }) => [token, previousToken])).toEqual([
      [next.token, undefined],
    ]);
  });
  for (const token of [checkout.token, worker.token, worker.previousToken, legacy.token, hand.token])
    expect(await fixture.authenticates(token ?? "")).toBe(false);
  const now = await project.keys();
  expect(now.map(({ resource }) => resource)).toEqual(["checkout", "legacy", "web", "worker"]);

  const after = await whose(project, log.replace(String(web.token), ""));
  expect([after.exitCode, after.report.keys]).toEqual([0, []]);
  const narrowed = await whose(project, String(now[0]?.token), "--stack", "hand");
  expect([narrowed.exitCode, narrowed.report.keys, narrowed.report.sources]).toEqual([0, [], ["hand"]]);
});

async function inStack(project: Project, stack: string, act: () => Promise<void>): Promise<void> {
  const before = project.stack;
  project.stack = stack;
  try {
    await act();
  } finally {
    project.stack = before;
    await project.ok("stack", "select", before);
  }
}

test("a previous key that is revoked in the dashboard leaves the current one in use", async () => {
  const { fixture } = given;
  const program = (round: number) =>
    `new payengine.ApiKey("worker", { type: "private", rotation: { overlap: "7d", triggers: { round: ${round} } } });`;
  const project = await fixture.project({ program: program(1), face: "native" });
  await project.up();
  const file = await project.rawState();
  expect(file).toContain('"fingerprint"');
  await project.write({
    "index.js": `const payengine = require("./payengine.cjs");\n${program(2)}`,
  });
  await project.up();
  const worker = await project.key("worker");
  const { exitCode, report } = await whose(project, `${worker.previousToken}`);
  const [key] = report.keys;
  expect([exitCode, key?.which, key?.note]).toEqual([
    2,
    "previous",
    `this revokes the current key too; to keep that one, revoke ${worker.previousKeyId} in PayEngine's dashboard and run \`pulumi refresh\` instead`,
  ]);
  await fixture.control.revokeKey(String(worker.previousKeyId));
  await project.refresh();
  expect(await project.key("worker")).toMatchObject({ keyId: worker.keyId, previousKeyId: undefined });
  expect((await whose(project, `${worker.previousToken}`)).report.keys).toEqual([]);
  const current = await whose(project, `${worker.token}`);
  for (const command of current.report.keys[0]?.commands ?? []) await type(project, command);
  expect(await fixture.authenticates(worker.token ?? "")).toBe(false);
  expect((await project.key("worker")).keyId).not.toBe(worker.keyId);
});

test("no part of an argument or of an unknown input is shown, and each mistake has its message", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  const key = "0b".repeat(54);
  fixture.secrets.add(key);
  const refused =
    "`whose` reads standard input only. It does not have the argument or flag that you gave, which is not shown here in case " +
    "it is a key. Arguments are visible in the list of processes and in the shell's history: if it was a key, it counts as " +
    "leaked from now on. Run `npx pulumi-payengine whose`, paste the key and press Ctrl-D.";
  const how =
    "Run `npx pulumi-payengine whose < app.log`, or run it at a terminal, paste the key and press Ctrl-D.";
  const cases: [args: string[], stdin: string, message: string][] = [
    [["whose", key], "", refused],
    [["whose", `--key=${key}`], "", refused],
    [["whose", "--stack", key], "", refused],
    [["whose"], "", `Standard input is empty. ${how}`],
    [["whose"], " \n\t\n", `Standard input is only white space. ${how}`],
  ];
  for (const [args, stdin, message] of cases) {
    const { exitCode, stdout, stderr } = await payengine(project, args, { stdin });
    expect([exitCode, stdout, stderr.trim()]).toEqual([1, "", message]);
  }
  const json = await payengine(project, ["whose", key, "--json"]);
  expect(JSON.parse(json.stdout)).toEqual({ error: refused });
  expect((await payengine(project, [key])).stderr).toContain("error: unknown command '[not shown]'");
  const misplaced = await payengine(project, ["contract", "learn", key]);
  expect(misplaced.stderr).toBe("Cannot read [not shown]: there is no such file.\n");

  await project.write({ "broken.json": "{" });
  const flags = ["whose", "--state", "broken.json", "--stack", "dev"];
  const unread = await payengine(project, flags, { stdin: `a ${key}\n` });
  expect([unread.exitCode, linesOf(unread.stdout)]).toEqual([
    1,
    [
      "Not compared: broken.json: broken.json is not a stack's state; create one with `pulumi stack export --file <file>`.",
      "Not in the stacks that could be read: compared with 0 keys of dev. It may be in the others.",
    ],
  ]);
  const elsewhere = await payengine(project, ["whose"], {
    stdin: key,
    cwd: tmpdir(),
  });
  expect([elsewhere.exitCode, linesOf(elsewhere.stdout)]).toEqual([
    0,
    [
      "Not in these stacks: compared with 0 keys of organization/shop/dev. A key that was replaced earlier is revoked, and is not in state. For a key from elsewhere, see docs/leaked-key.md.",
    ],
  ]);
});
