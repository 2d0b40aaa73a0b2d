import type { Settings } from "../../provider/api-key/context";
import type { Contract } from "../../provider/payengine/contract";
import { ApiError, NetworkError } from "../../provider/payengine/errors";
import { contradictedHost } from "../../provider/payengine/key-marker";
import { isWholeValue } from "../../provider/payengine/key-value";
import { listIn, type PayEngineKey, readPage } from "../../provider/payengine/read-answer";
import { withChanges } from "../contract/contract-lines";
import { contentOf, shapeOf, told } from "../contract/shape";
import { counted } from "../terminal";
import { fieldFindings } from "./fields";
import { type Finding, fail, pass, REPORT_IT, skip, warn } from "./finding";
import { pagingFindings } from "./list-paging";
import type { Observer, Seen } from "./observer";
import { refusalOf } from "./refusal";
import { singleKeyFinding } from "./single-key";
import { TRIAL_NAME } from "./trial-name";
import { statusesFinding, typesFinding } from "./words";

/** Results of reading the list. */
export interface ListExamined {
  readonly findings: readonly Finding[];
  /** Keys of the first page, read with the contract or with one that fits. */
  readonly keys: readonly PayEngineKey[];
}

/** Checks access to the list and its format, then single keys. Only reads. */
export async function listFindings(observer: Observer, settings: Settings): Promise<ListExamined> {
  const seen = await observer.ask("list", (client) => client.readPage(1, ""));
  const noGet = skip("get", "the list has no key to request");
  if (seen.error instanceof ApiError || seen.error instanceof NetworkError || seen.raw === undefined) {
    const { found, todo } = refusalOf(seen);
    return { findings: [fail("list", found, todo), noGet], keys: [] };
  }
  const entries = listIn(seen.raw);
  if (entries === undefined) return { findings: [elsewhere(seen), noGet], keys: [] };
  const answers = pass(
    "list",
    `${seen.line} returned ${seen.response?.status}: ${told(shapeOf(seen.raw, "list"))}`,
  );
  const fields = fieldFindings("list", entries, observer.contract);
  const changes = fields.flatMap((finding) => finding.changes ?? []);
  const fitting = withChanges(observer.contract, changes) ?? observer.contract;
  const keys = keysIn(seen.raw, fitting);
  if (keys === undefined) return { findings: [answers, ...fields, noGet], keys: [] };
  const fitted = changes.length === 0 ? observer : observer.withContract(fitting);
  const findings = [
    answers,
    ...fields,
    values(keys),
    typesFinding(keys, fitting, settings.credential),
    statusesFinding(keys, fitting),
    ...markerFinding(keys, settings.apiUrl),
    ...leftTrials(keys),
    await singleKeyFinding(fitted, keys),
    ...(await pagingFindings(fitted, seen, keys)),
  ];
  return { findings, keys };
}

/** For a list that is not where readers look for it. */
function elsewhere({ line, response, raw }: Seen): Finding {
  const what = Array.isArray(contentOf(raw, "list").found)
    ? `with ${told(shapeOf(raw, "list"))}: this version reads a list only at the top level or in data`
    : "without a list at the top level or in data";
  return fail("list", `${line} returned ${response?.status}, but ${what}`, REPORT_IT);
}

function keysIn(raw: unknown, contract: Contract): readonly PayEngineKey[] | undefined {
  try {
    return readPage(raw, contract).data;
  } catch {
    return undefined;
  }
}

function values(keys: readonly PayEngineKey[]): Finding {
  const check = "list: values";
  const shown = keys.filter(
    ({ type, value, redacted }) => type !== "public" && isWholeValue(value, "private", redacted),
  );
  if (shown.length === 0) return pass(check, "the list shows no value of a private key");
  return warn(
    check,
    `the list shows the values of ${counted(shown.length, "private key")}`,
    "anyone who may list keys can read them; PayEngine should show a private key only once",
  );
}

/** A public key's marker names the PayEngine host that it is for. */
export function markerFinding(
  keys: readonly Pick<PayEngineKey, "type" | "value">[],
  apiUrl: string,
): Finding[] {
  const publicValues = keys.flatMap(({ type, value = "" }) => (type === "public" ? [value] : []));
  const wrong = publicValues.flatMap((value) => contradictedHost(value, apiUrl) ?? []);
  const [why] = wrong;
  if (why === undefined) return [];
  return [
    warn("list: public keys", `${counted(wrong.length, "key")} listed as public are for another host`, why),
  ];
}

/** Keys that an earlier --write could not revoke. */
function leftTrials(keys: readonly PayEngineKey[]): Finding[] {
  const left = keys
    .filter(({ name, isRevoked }) => TRIAL_NAME.test(name) && !isRevoked)
    .map(({ name }) => name);
  if (left.length === 0) return [];
  const todo =
    "revoke them in PayEngine's dashboard, unless their status there shows that they no longer work";
  return [warn("list: trial keys", `earlier runs with --write left ${left.join(", ")}`, todo)];
}
