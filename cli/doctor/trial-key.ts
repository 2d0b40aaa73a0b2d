import { setTimeout as sleep } from "node:timers/promises";
import { authenticates } from "../../provider/payengine/calls";
import { ApiError, messageOf, NetworkError } from "../../provider/payengine/errors";
import { isWholeValue } from "../../provider/payengine/key-value";
import { type CreatedKey, listIn, readCreated, unwrapped } from "../../provider/payengine/read-answer";
import { isWithoutEffect } from "../../provider/payengine/retry-policy";
import type { ContractChange } from "../contract/contract-lines";
import { withChanges } from "../contract/contract-lines";
import { guessValueField, namesOf } from "../contract/guess-fields";
import { contentOf, isObject, shapeOf, told } from "../contract/shape";
import { fieldFindings, toldKey } from "./fields";
import { type Finding, fail, pass, REPORT_IT, SET_IT, warn } from "./finding";
import { callLine, type Observer, type Seen } from "./observer";
import { refusalOf } from "./refusal";
import { removeTrial, type Trial } from "./trial-end";
import { newTrialName } from "./trial-name";

const USABLE_WITHIN_MS = 30_000;
const PAUSE_MS = 1_000;

/**
 * Makes one private key, compares the response with the contract, uses the key, and always revokes it. Never throws.
 *
 * @param listed number of keys in the list; an empty list does not show their fields.
 */
export async function trialFindings(observer: Observer, listed: number): Promise<Finding[]> {
  const name = newTrialName();
  const findings: Finding[] = [];
  let fitting = observer;
  let trial: Trial = { name, mayLive: true };
  try {
    const seen = await observer.ask("create", (client) => client.createKey({ name, type: "private" }));
    trial = trialOf(seen, name, observer);
    findings.push(...judged(seen, trial, observer));
    const { id } = trial;
    if (trial.token === undefined && id !== undefined && observer.contract.calls.reveal !== undefined) {
      const revealed = await reveal(observer, id, name);
      findings.push(revealed.finding);
      trial = { ...trial, token: revealed.token };
    }
    if (trial.token !== undefined) {
      const use = await used(observer, trial.token);
      findings.push(use);
      trial = { ...trial, worked: use.status === "pass" };
    }
    if (trial.mayLive && listed === 0) {
      const relisted = await relist(observer);
      findings.push(...relisted.findings);
      fitting = relisted.fitting;
    }
  } catch (error) {
    findings.push(fail("create", messageOf(error), REPORT_IT));
  } finally {
    findings.push(...(await removeTrial(fitting, trial)));
  }
  return findings;
}

/** What is known about the key after the POST, in any response format. */
function trialOf({ raw, value, error }: Seen<CreatedKey>, name: string, observer: Observer): Trial {
  const { contract } = observer;
  const mayLive = error === undefined || !isWithoutEffect(error);
  const key = keyIn(raw, name);
  const own = key === undefined ? undefined : readCreated({ data: key }, contract);
  // An object without the key's name may be something else, so only the contract's ID counts.
  const id = own?.id ?? own?.likelyId ?? value?.id;
  const read = isWholeValue(value?.value, "private", value?.redacted) ? value.value : undefined;
  const isWithheld = contract.calls.reveal !== undefined;
  const guess = isWithheld ? undefined : guessValueField(unwrapped(raw), contract, name);
  const guessed = guess === undefined ? undefined : String(Object(unwrapped(raw))[guess]);
  return { name, mayLive, id, token: read ?? guessed, valueField: read === undefined ? guess : undefined };
}

/** The object with the exact name, at any level of the response. */
function keyIn(raw: unknown, name: string): unknown {
  if (!isObject(raw)) return undefined;
  if (Object.values(raw).includes(name)) return raw;
  return Object.values(raw)
    .map((value) => keyIn(value, name))
    .find((found) => found !== undefined);
}

function judged(seen: Seen<CreatedKey>, trial: Trial, observer: Observer): Finding[] {
  const check = "create";
  const { value, raw, line, response, error } = seen;
  if (error instanceof ApiError || error instanceof NetworkError) {
    const { found, todo } = refusalOf(seen);
    return [fail(check, found, todo)];
  }
  const isEmpty = value?.id === undefined && value?.name === "" && value.value === undefined;
  if (value === undefined || isEmpty) {
    const what =
      isObject(raw) || Array.isArray(raw) ? told(shapeOf(raw, "object")) : (response?.content ?? "nothing");
    const lacks = isEmpty ? ", which has no key ID, name or value" : "";
    return [fail(check, `${line} returned ${response?.status}, but with ${what}${lacks}`, REPORT_IT)];
  }
  return [
    pass(check, `${line} returned ${response?.status} for ${trial.name}: ${toldKey(raw, observer.contract)}`),
    ...idFinding(value),
    asked(value, trial.name),
    ...valueFindings(value, trial, observer, raw),
  ];
}

function idFinding({ id }: CreatedKey): Finding[] {
  if (id !== undefined) return [];
  const todo = "you can create keys; if a response is lost, the key is found by its exact name";
  return [warn("create: id", "the response has no key ID, so the key is found by its name", todo)];
}

/** Fields that the response does not have are not checked. */
function asked({ name, type }: CreatedKey, wanted: string): Finding {
  const check = "create: as asked";
  const wrong = [
    ...(name === "" || name === wanted ? [] : ["name"]),
    ...(type === "" || type === "private" ? [] : ["type"]),
  ];
  if (wrong.length === 0)
    return pass(check, "the response confirms the requested name and type, as far as it has them");
  return fail(check, `the key does not have the requested ${wrong.join(" and ")}`, REPORT_IT);
}

function valueFindings(created: CreatedKey, trial: Trial, { contract }: Observer, raw: unknown): Finding[] {
  const check = "create: value";
  const { reveal, create } = contract.calls;
  const { valueField } = trial;
  if (trial.token !== undefined && valueField === undefined)
    return [pass(check, "the response has the key's whole value")];
  const problem = created.value === undefined ? "has no value" : "has a masked value";
  const [name = ""] = namesOf("value", contract);
  if (valueField !== undefined) {
    const found = `the response ${problem} in "${name}"; "${valueField}" looks like a whole private key`;
    return [fail(check, found, SET_IT, [{ path: "fields.value", value: valueField }])];
  }
  if (reveal !== undefined) return [pass(check, `the response ${problem}, so it must be revealed`)];
  const { found: content, at } = contentOf(raw, "object");
  const elsewhere =
    guessValueField(content, contract, trial.name) ?? guessValueField(raw, contract, trial.name);
  if (elsewhere !== undefined) {
    const place = at === "" || at === "data" ? "beside the key" : `in ${at}`;
    return [
      fail(check, `the response ${problem} of the key; "${elsewhere}" ${place} looks like one`, REPORT_IT),
    ];
  }
  const guess: ContractChange = { path: "reveal", value: `POST ${create?.path ?? ""}/{id}/reveal` };
  return [
    fail(
      check,
      `the response ${problem} of the key, so another request may reveal it, perhaps "${guess.value}" (a guess)`,
      `find the request that PayEngine's console sends when it shows a new key (see docs/contract.md), correct the guess, and ${SET_IT}`,
      [guess],
    ),
  ];
}

/** PayEngine shows the value once, in this response only. */
async function reveal(
  observer: Observer,
  id: string,
  name: string,
): Promise<{ readonly finding: Finding; readonly token?: string | undefined }> {
  const check = "reveal";
  const seen = await observer.ask("reveal", (client) => client.revealKey(id));
  const line = callLine("reveal", observer.contract);
  if (seen.error instanceof ApiError || seen.error instanceof NetworkError) {
    const { found, todo } = refusalOf(seen);
    return { finding: fail(check, found, todo) };
  }
  const returned = `${line} returned ${seen.response?.status}`;
  if (isWholeValue(seen.value, "private", undefined))
    return { finding: pass(check, `${returned} with the key's whole value`), token: seen.value };
  const object = unwrapped(seen.raw);
  const guess = guessValueField(object, observer.contract, name);
  const [field = ""] = namesOf("value", observer.contract);
  if (guess === undefined)
    return { finding: fail(check, `${returned}, but without a whole value in "${field}"`, REPORT_IT) };
  const found = `${returned} without a whole value in "${field}"; "${guess}" looks like a whole private key`;
  const finding = fail(check, found, SET_IT, [{ path: "fields.value", value: guess }]);
  return { finding, token: String(Object(object)[guess]) };
}

/** Checks the fields of a list that was empty before. */
async function relist(observer: Observer): Promise<{ findings: Finding[]; fitting: Observer }> {
  const { raw } = await observer.ask("list", (client) => client.readPage(1, ""), "list with the new key");
  const entries = listIn(raw);
  if (entries === undefined) return { findings: [], fitting: observer };
  const findings = fieldFindings("list", entries, observer.contract);
  const changes = findings.flatMap((finding) => finding.changes ?? []);
  const contract = changes.length === 0 ? undefined : withChanges(observer.contract, changes);
  return { findings, fitting: contract === undefined ? observer : observer.withContract(contract) };
}

async function used(observer: Observer, token: string): Promise<Finding> {
  const check = "use";
  const { client } = observer.withCredential(token);
  const end = performance.now() + USABLE_WITHIN_MS;
  try {
    while (!(await authenticates(client))) {
      const found = `the new key did not authenticate within ${USABLE_WITHIN_MS / 1000} s`;
      if (performance.now() > end) return fail(check, found, REPORT_IT);
      await sleep(PAUSE_MS);
    }
    return pass(check, "the new key authenticates");
  } catch (error) {
    return fail(check, messageOf(error), "run this again");
  }
}
