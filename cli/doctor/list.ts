import type { Settings } from "../../provider/api-key/context";
import type { Contract } from "../../provider/payengine/contract";
import { ApiError, NetworkError } from "../../provider/payengine/errors";
import { contradictedHost } from "../../provider/payengine/key-marker";
import { isWholeValue } from "../../provider/payengine/key-value";
import { listIn, type PayEngineKey, readPage } from "../../provider/payengine/read-answer";
import { counted } from "../terminal";
import { withChanges } from "./contract-lines";
import { fieldFindings } from "./fields";
import { type Finding, fail, pass, REPORT_IT, skip, warn } from "./finding";
import { pagingFindings } from "./list-paging";
import type { Observer, Seen } from "./observer";
import { refusalOf } from "./refusal";
import { contentOf, shapeOf, told } from "./shape";
import { singleKeyFinding } from "./single-key";
import { TRIAL_NAME } from "./trial-name";
import { statusesFinding, typesFinding } from "./words";

/** What reading the list has shown. */
export interface ListExamined {
  readonly findings: readonly Finding[];
  /** Keys of the first page, read by the contract or by what would fit. */
  readonly keys: readonly PayEngineKey[];
}

/** Whether the list lets this private key in and can be read; then single keys. All by reading only. */
export async function listFindings(observer: Observer, settings: Settings): Promise<ListExamined> {
  const seen = await observer.ask("list", (client) => client.readPage(1, ""));
  const noGet = skip("get", "there is no listed key to ask for");
  if (seen.error instanceof ApiError || seen.error instanceof NetworkError || seen.raw === undefined) {
    const { found, todo } = refusalOf(seen);
    return { findings: [fail("list", found, todo), noGet], keys: [] };
  }
  const entries = listIn(seen.raw);
  if (entries === undefined) return { findings: [elsewhere(seen), noGet], keys: [] };
  const answers = pass(
    "list",
    `${seen.line} answers ${seen.response?.status}: ${told(shapeOf(seen.raw, "list"))}`,
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

/** Where the list is not where readers look for it. */
function elsewhere({ line, response, raw }: Seen): Finding {
  const what = Array.isArray(contentOf(raw, "list").found)
    ? `with ${told(shapeOf(raw, "list"))}: lists are read bare or in data, and payengine:contract sets no other place`
    : "without a list, bare or in data";
  return fail("list", `${line} answers ${response?.status}, but ${what}`, REPORT_IT);
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
  if (shown.length === 0) return pass(check, "no private key's value is shown");
  return warn(
    check,
    `the list shows the values of ${counted(shown.length, "key")} that should be private`,
    "PayEngine should show a private key once: whoever may list keys can read these",
  );
}

/** A public key says by its marker for which of PayEngine's hosts it is. */
export function markerFinding(
  keys: readonly Pick<PayEngineKey, "type" | "value">[],
  apiUrl: string,
): Finding[] {
  const publicValues = keys.flatMap(({ type, value = "" }) => (type === "public" ? [value] : []));
  const wrong = publicValues.flatMap((value) => contradictedHost(value, apiUrl) ?? []);
  const [why] = wrong;
  if (why === undefined) return [];
  return [
    warn("list: public keys", `${counted(wrong.length, "key")} listed as public belong elsewhere`, why),
  ];
}

/** What an earlier --write was not able to revoke. */
function leftTrials(keys: readonly PayEngineKey[]): Finding[] {
  const left = keys
    .filter(({ name, isRevoked }) => TRIAL_NAME.test(name) && !isRevoked)
    .map(({ name }) => name);
  if (left.length === 0) return [];
  const todo =
    "revoke them in PayEngine's dashboard, unless their status there says that they no longer work";
  return [warn("list: trial keys", `earlier runs with --write left ${left.join(", ")}`, todo)];
}
