import type { Settings } from "../../provider/api-key/context";
import { type ConfigValues, resolveConfig } from "../../provider/config";
import { messageOf } from "../../provider/payengine/errors";
import type { ProviderValues } from "../../recovery/pulumi/recorded-provider";
import type { ContractPlace } from "../contract/contract-lines";
import { contractFinding, uncalled } from "./contract-in-force";
import { type Finding, fail, pass, skip, warn } from "./finding";
import { holdingSignals } from "./hold-signals";
import { listFindings } from "./list";
import { machineFindings } from "./machine";
import { Observer, type Seen } from "./observer";
import { pinFinding } from "./pin";
import { type DoctorTarget, projectFindings } from "./project";
import { trialFindings } from "./trial-key";
import { worksFindings } from "./works";

/** What to examine. */
export interface Examination extends DoctorTarget {
  /** Make a key and revoke it again. */
  readonly write: boolean;
}

/** What an examination saw besides its findings. */
export interface Examined {
  /** Undefined without a usable configuration. */
  readonly settings: Settings | undefined;
  /** Every request to PayEngine. */
  readonly seen: readonly Seen[];
  readonly place: ContractPlace;
}

/** Examines machine, project and account, in this order. */
export async function* examine(examination: Examination): AsyncGenerator<Finding, Examined> {
  yield* await machineFindings(examination.cwd);
  const { findings, values, isExplicitOnly, isDefaultInUse } = await projectFindings(examination);
  yield* findings;
  const { stack, provider } = examination;
  const place = { stack, provider, current: values?.contract };
  const without: Examined = { settings: undefined, seen: [], place };
  if (isExplicitOnly) {
    yield skip("connection", "the default provider is not in use");
    return without;
  }
  // Without a stack, the environment may still configure the default provider.
  const { finding, settings } =
    values === undefined && provider !== undefined ? NOTHING : readSettings(values ?? {}, isDefaultInUse);
  if (finding !== undefined && (values !== undefined || settings !== undefined)) yield finding;
  if (settings === undefined) {
    yield skip("connection", "there is no usable configuration");
    return without;
  }
  let observer: Observer;
  try {
    observer = Observer.open(settings);
  } catch (error) {
    yield fail("connection", messageOf(error), "correct or unset HTTPS_PROXY and HTTP_PROXY");
    yield skip("list", "fix the failed checks first");
    return without;
  }
  try {
    yield contractFinding(settings, values?.contract);
    yield* accountFindings(observer, settings, place, examination);
  } finally {
    await observer.close();
  }
  return { settings, seen: observer.seen, place };
}

async function* accountFindings(
  observer: Observer,
  settings: Settings,
  set: ContractPlace,
  { write }: Examination,
): AsyncGenerator<Finding> {
  const { findings, place } = await worksFindings(observer, settings);
  yield* findings;
  if (findings.some(({ status }) => status === "fail")) {
    yield skip("list", "fix the failed checks first");
    return;
  }
  const isDashboard = settings.contract.kind === "dashboard";
  const list = isDashboard ? { findings: [], keys: [] } : await listFindings(observer, settings);
  yield* list.findings;
  const pin = await pinFinding(observer, settings, place, list.keys, set);
  yield pin;
  if (isDashboard)
    yield write ? skip("write", `${NO_KEY_CALLS}; no key was created`) : skip("list", NO_KEY_CALLS);
  else if (!write) yield uncalled(settings.contract);
  // Make a key only if it can be found and revoked again.
  else if ([...list.findings, pin].some(({ status }) => status === "fail"))
    yield skip("write", "fix the failed checks first; no key was created");
  else yield* await holdingSignals(() => trialFindings(observer, list.keys.length));
}

const NO_KEY_CALLS = 'payengine:contract is "dashboard", which cannot create, list or revoke keys';

const NO_CREDENTIAL =
  "the default provider has no credential, so the account was not checked. This is fine only if every key in the program " +
  "has an explicit provider";
const WAYS_TO_CREDENTIAL =
  "for the default provider, run `pulumi config set --secret payengine:apiKey`, or set PAYENGINE_API_KEY. To check an " +
  "explicit provider, run this with `--provider <name>` after the first `pulumi up`; before that, set PAYENGINE_API_KEY to " +
  "its credential and PAYENGINE_API_URL to its address";

interface ReadSettings {
  readonly finding?: Finding;
  readonly settings?: Settings;
}

const NOTHING: ReadSettings = {};

/** @param isInUse whether state has keys of this provider. */
function readSettings(values: ProviderValues, isInUse: boolean): ReadSettings {
  const configuration = resolveConfig(values as ConfigValues, process.env);
  if (configuration.kind === "ready") {
    const { settings } = configuration;
    return { finding: pass("config", `${settings.apiUrl}, with a credential`), settings };
  }
  const failures = configuration.kind === "invalid" ? configuration.failures : [];
  const hasCredential = values.apiKey !== undefined || Boolean(process.env.PAYENGINE_API_KEY);
  if (!isInUse && values.provider === undefined && !hasCredential && failures.length === 1)
    return { finding: warn("config", NO_CREDENTIAL, WAYS_TO_CREDENTIAL) };
  const found = failures.map(({ property, reason }) => `${property} ${reason}`).join("; ");
  return { finding: fail("config", found, "set these with `pulumi config set`, or in the environment") };
}
