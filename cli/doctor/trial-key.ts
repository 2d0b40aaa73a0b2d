import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isWithoutEffect } from "../../provider/api-key/post";
import { revoke } from "../../provider/api-key/strays";
import type { Settings } from "../../provider/config";
import { messageOf, NotFoundError } from "../../provider/errors";
import { listLiveKeys } from "../../provider/key-list";
import { isRevoked } from "../../provider/payengine-api";
import { type Finding, fail, pass } from "./finding";
import { fieldFindings, REPORT_IT } from "./key-fields";
import { type ObservedClient, observe } from "./observed-client";

const USABLE_WITHIN_MS = 30_000;
const LOOKS_FOR_LOST = 5;
const PAUSE_MS = 1_000;

/**
 * Makes one private key, holds the answer against the contract, uses the key, and revokes it whatever happened in
 * between. Never throws.
 */
export async function trialFindings(client: ObservedClient, settings: Settings): Promise<Finding[]> {
  const name = `pulumi-payengine-doctor-${randomBytes(5).toString("hex")}`;
  const findings: Finding[] = [];
  let answer: Answer = {};
  try {
    answer = await post(client, name);
    findings.push(...judged(answer, name));
    if (answer.token !== undefined) findings.push(await use(settings, answer.token));
  } catch (error) {
    findings.push(fail("write", messageOf(error), REPORT_IT));
  } finally {
    findings.push(...(await remove(client, name, answer)));
  }
  return findings;
}

/** What is known of the key after the POST. */
interface Answer {
  readonly raw?: unknown;
  readonly id?: string;
  readonly token?: string;
  readonly problem?: unknown;
}

async function post(client: ObservedClient, name: string): Promise<Answer> {
  let problem: unknown;
  await client.api.createKey({ name, type: "private" }).catch((error: unknown) => {
    problem = error;
  });
  const raw = client.latest();
  const { id, key, redactedKey } = Object(raw);
  return {
    raw,
    problem,
    ...(typeof id === "string" && id !== "" ? { id } : {}),
    ...(typeof key === "string" && key !== "" && key !== redactedKey ? { token: key } : {}),
  };
}

function judged({ raw, token, problem }: Answer, name: string): Finding[] {
  const check = "write: create";
  if (raw === undefined) {
    const todo = "put right what PayEngine says, then run this again";
    return [fail(check, messageOf(problem ?? "The answer is empty"), todo)];
  }
  const { name: actual, type } = Object(raw);
  return [
    pass(check, `PayEngine answered for ${name}`),
    ...fieldFindings("write", [raw]),
    actual === name && type === "private"
      ? pass("write: as asked", "the key has the name and type that were asked for")
      : fail("write: as asked", "the key has another name or type than was asked for", REPORT_IT),
    token === undefined
      ? fail("write: value", "the answer holds no value of the key", REPORT_IT)
      : pass("write: value", "the answer holds the key's value"),
  ];
}

async function use(settings: Settings, token: string): Promise<Finding> {
  const check = "write: use";
  const client = observe({ ...settings, credential: token });
  const end = Date.now() + USABLE_WITHIN_MS;
  try {
    while (!(await client.authenticates())) {
      if (Date.now() > end) {
        return fail(
          check,
          `the new key does not authenticate within ${USABLE_WITHIN_MS / 1000} s`,
          REPORT_IT,
        );
      }
      await sleep(PAUSE_MS);
    }
    return pass(check, "the new key authenticates");
  } catch (error) {
    return fail(check, messageOf(error), "run this again");
  } finally {
    await client.close();
  }
}

/** Revokes the key by its id, and whatever else bears its exact name. */
async function remove(
  client: ObservedClient,
  name: string,
  { id, raw, problem }: Answer,
): Promise<Finding[]> {
  const check = "write: revoke";
  const mayBeLost = id === undefined && !isWithoutEffect(problem);
  try {
    if (id !== undefined) await revoke(client.api, id);
    const found = await find(client, name, mayBeLost ? LOOKS_FOR_LOST : 1);
    for (const key of found) await revoke(client.api, key);
    if (mayBeLost) return [lost(check, name, found)];
    if (id === undefined) return raw === undefined ? [] : [fail(check, "the key has no id", manual(name))];
    return [pass(check, "the key was revoked"), await goneFinding(client, id, name)];
  } catch (error) {
    return [fail(check, `${name} may still be live: ${messageOf(error)}`, manual(name))];
  }
}

async function find({ api }: ObservedClient, name: string, looks: number): Promise<string[]> {
  for (let look = 1; ; look++) {
    const found = await listLiveKeys(api, name, (it) => it === name);
    if (found.length > 0 || look >= looks) return found.map((key) => key.id);
    await sleep(PAUSE_MS);
  }
}

function lost(check: string, name: string, found: readonly string[]): Finding {
  if (found.length > 0)
    return pass(check, `the answer was lost; ${name} was found by its exact name and revoked`);
  return fail(check, `the answer was lost, and no ${name} was found; it may yet appear`, manual(name));
}

async function goneFinding({ api }: ObservedClient, id: string, name: string): Promise<Finding> {
  const check = "write: gone";
  const byId = await api.getKey(id).then(
    (key) => (isRevoked(key) ? "has the status revoked" : "live"),
    (error: unknown) => {
      if (error instanceof NotFoundError && error.byContract) return "answers 404";
      throw error;
    },
  );
  const listed = await listLiveKeys(api, name, (it) => it === name);
  if (byId === "live" || listed.length > 0) {
    return fail(check, `PayEngine still shows ${name} as live`, manual(name));
  }
  return pass(check, `the revoked key ${byId}, and is not listed as live`);
}

function manual(name: string): string {
  return `look for ${name} in PayEngine's dashboard, and revoke it`;
}
