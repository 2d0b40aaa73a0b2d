import type { Settings } from "../../provider/api-key/context";
import { type ConfigValues, resolveConfig } from "../../provider/config";
import { messageOf } from "../../provider/payengine/errors";
import type { ProviderValues } from "../../recovery/pulumi/recorded-provider";
import { contractFinding, uncalled } from "./contract-in-force";
import type { ContractPlace } from "./contract-lines";
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

/** What an examination has seen beside its findings. */
export interface Examined {
  /** Undefined where there is no usable configuration. */
  readonly settings: Settings | undefined;
  /** Every call to PayEngine. */
  readonly seen: readonly Seen[];
  readonly place: ContractPlace;
}

/** Examines machine, project and account, one after the other. */
export async function* examine(examination: Examination): AsyncGenerator<Finding, Examined> {
  yield* await machineFindings(examination.cwd);
  const { findings, values, isExplicitOnly, isDefaultInUse } = await projectFindings(examination);
  yield* findings;
  const { stack, provider } = examination;
  const place = { stack, provider, current: values?.contract };
  const without: Examined = { settings: undefined, seen: [], place };
  if (isExplicitOnly) {
    yield skip("connection", "no default provider is in use");
    return without;
  }
  // Without a stack the environment alone may still say enough, though not of an explicit provider.
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
    yield skip("list", "put right what failed before");
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
    yield skip("list", "put right what failed before");
    return;
  }
  const isDashboard = settings.contract.kind === "dashboard";
  const list = isDashboard ? { findings: [], keys: [] } : await listFindings(observer, settings);
  yield* list.findings;
  const pin = await pinFinding(observer, settings, place, list.keys, set);
  yield pin;
  if (isDashboard)
    yield write ? skip("write", `${NO_KEY_CALLS}: nothing was made`) : skip("list", NO_KEY_CALLS);
  else if (!write) yield uncalled(settings.contract);
  // A key must only be made where it can be found and revoked again.
  else if ([...list.findings, pin].some(({ status }) => status === "fail"))
    yield skip("write", "put right what failed before: nothing was made");
  else yield* await holdingSignals(() => trialFindings(observer, list.keys.length));
}

const NO_KEY_CALLS =
  'payengine:contract is "dashboard", which has no call that makes, lists or revokes a key';

const NO_CREDENTIAL =
  "the default provider has no credential, so nothing of the account was looked at: fine only if the program gives every " +
  "key an explicit provider";
const WAYS_TO_CREDENTIAL =
  "for the default provider run `pulumi config set --secret payengine:apiKey`, or set PAYENGINE_API_KEY; an explicit one is " +
  "looked at by `--provider <name>` after the first `pulumi up`, and before it with its credential in PAYENGINE_API_KEY and " +
  "its address in PAYENGINE_API_URL";

interface ReadSettings {
  readonly finding?: Finding;
  readonly settings?: Settings;
}

const NOTHING: ReadSettings = {};

/** @param isInUse state holds keys of this provider; a program may have only explicit ones, which configure themselves. */
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
  return { finding: fail("config", found, "set these by `pulumi config set`, or in the environment") };
}
