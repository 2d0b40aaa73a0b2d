import { abridged, startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { doctorOn, examined, LOOK_FOR, NO_WRITE, paste, SET_LINE, troubles } from "./doctor-fixture";

const given = useFixture();

/** Runs doctor and its printed commands, repeatedly, until it passes or prints no commands. */
async function follow(project: Project, ...args: string[]) {
  const pasted: string[] = [];
  for (let run = 1; ; run++) {
    const { exitCode, commands, lines } = await examined(project, args);
    if (commands.length === 0 || run === 5) return { exitCode, pasted, troubles: troubles(lines) };
    pasted.push(...commands.map((command) => command.replace("pulumi config set --path ", "")));
    await paste(project, commands);
  }
}

/** Keys that a trial could not revoke may stay, because doctor printed their names. */
async function letLive() {
  for (const { id } of await given.fixture.liveKeys()) given.fixture.leftAlive.add(id);
}

test("doctor finds fields with other names, and --write passes after its printed commands", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({
    fields: {
      id: "uuid",
      name: "label",
      value: "secret",
      redacted: "masked_key",
      status: "state",
      createdAt: "created_on",
      lastUsedAt: "last_used",
    },
  });
  const { lines } = await doctorOn(fixture);
  expect(troubles(lines).slice(0, 4)).toEqual([
    'FAIL  list: id  is missing on 1 key; "uuid" looks like it',
    SET_LINE,
    'FAIL  list: name  is missing on 1 key; "label" looks like it',
    SET_LINE,
  ]);
  // The other checks run as if the commands had been run.
  expect(lines).toContain(
    "pass  get  GET /api-keys/{id} returned 200: an object in data, snake_case; uuid, label, type, masked_key, state, created_on, last_used",
  );

  const project = await fixture.project({});
  const skipped = await examined(project, ["--write"]);
  expect(troubles(skipped.lines).at(-1)).toBe(NO_WRITE);
  expect(await fixture.control.keys()).toHaveLength(1);
  expect(await follow(project, "--write")).toEqual({
    exitCode: 0,
    pasted: [
      "payengine:contract.fields.id uuid",
      "payengine:contract.fields.name label",
      "payengine:contract.fields.redacted masked_key",
      "payengine:contract.fields.status state",
      "payengine:contract.fields.createdAt created_on",
      "payengine:contract.fields.lastUsedAt last_used",
      "payengine:contract.fields.value secret",
    ],
    troubles: [],
  });
});

test("doctor finds unknown field names by the kind of their values", async () => {
  await given.fixture.control.setDialect({
    fields: { id: "k1", name: "k2", value: "k3", redacted: "k4", createdAt: "born" },
  });
  const project = await given.fixture.project({});
  expect(await follow(project, "--write")).toEqual({
    exitCode: 0,
    pasted: [
      "payengine:contract.fields.id k1",
      "payengine:contract.fields.name k2",
      "payengine:contract.fields.redacted k4",
      "payengine:contract.fields.createdAt born",
      "payengine:contract.fields.value k3",
    ],
    troubles: [],
  });
});

test("doctor finds in sequence a missing call for one key, a reveal and a revocation by POST", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ getById: false, reveal: "byCall", revokeBy: "POST" });
  const project = await fixture.project({});
  const { exitCode, pasted, troubles: left } = await follow(project, "--write");
  const [leftover] = (await fixture.liveKeys()).map(({ name }) => name);
  await letLive();
  expect(leftover).toMatch(/^pulumi-payengine-doctor-[0-9a-f]{10}$/);
  expect({ exitCode, pasted, left }).toEqual({
    exitCode: 0,
    pasted: [
      "payengine:contract.get none",
      "payengine:contract.reveal 'POST /api-keys/{id}/reveal'",
      "payengine:contract.revoke 'POST /api-keys/{id}/revoke'",
    ],
    left: [
      "WARN  list: trial keys  earlier runs with --write left pulumi-payengine-doctor-<digits>",
      "  → revoke them in PayEngine's dashboard, unless their status there shows that they no longer work",
    ],
  });
});

test("doctor names a trial key that it cannot revoke, and guesses the right call", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ revokeBy: "POST" });
  const { exitCode, lines, stdout, commands } = await doctorOn(fixture, "--write");
  const [{ name }] = await fixture.liveKeys();
  await letLive();
  expect([exitCode, troubles(lines)]).toEqual([
    2,
    [
      startingWith(
        "FAIL  revoke  pulumi-payengine-doctor-<digits> may still be live: PayEngine returned 400",
      ),
      abridged(
        LOOK_FOR,
        '"POST /api-keys/{id}/revoke" instead, which is a guess',
        "at the end of this output",
      ),
    ],
  ]);
  expect(stdout).toContain(`look for ${name} in PayEngine's dashboard`);
  expect(commands).toEqual([
    "pulumi config set --path payengine:contract.revoke 'POST /api-keys/{id}/revoke'",
  ]);
});

test("doctor finds other words for types and statuses, and warns about a 403 for a revoked value", async () => {
  await given.fixture.control.setDialect({
    types: { public: "publishable", private: "secret" },
    statuses: { active: "enabled", revoked: "switched off" },
    revokedKeys: "status",
    revokedValue: 403,
  });
  const project = await given.fixture.project({});
  expect(await follow(project, "--write")).toEqual({
    exitCode: 0,
    pasted: [
      "payengine:contract.types.private secret",
      "'payengine:contract.revokedStatuses[0]' revoked",
      "'payengine:contract.revokedStatuses[1]' 'switched off'",
    ],
    troubles: [
      "WARN  revoked value  gets 403 instead of 401, so a value cannot prove that a key is gone in this account",
      "  → you can create keys; but after someone deletes a private key in the dashboard, refresh fails and `up` creates no new key",
    ],
  });
});

test("doctor asks for an unknown list path, and guesses the other paths from it", async () => {
  await given.fixture.control.setDialect({ path: "/v2/keys" });
  const project = await given.fixture.project({});
  const first = await examined(project);
  expect([first.exitCode, troubles(first.lines)]).toEqual([
    2,
    [
      "FAIL  list  GET /api-keys returned 400: the account has no such endpoint at this address",
      "  → find the request that PayEngine's console sends, in your browser's network tab (see docs/contract.md), and set it as payengine:contract.list; if only people can create keys in this account, run `pulumi config set payengine:contract dashboard` (see docs/dashboard.md)",
      "skip  get  the list has no key to request",
    ],
  ]);
  await project.ok("config", "set", "--path", "payengine:contract.list", "GET /v2/keys");
  expect(await follow(project, "--write")).toEqual({
    exitCode: 0,
    pasted: [
      "payengine:contract.create 'POST /v2/keys'",
      "payengine:contract.revoke 'DELETE /v2/keys/{id}'",
      "payengine:contract.get 'GET /v2/keys/{id}'",
    ],
    troubles: [],
  });
});
