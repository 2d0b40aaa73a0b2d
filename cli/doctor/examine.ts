import { type ConfigValues, resolveConfig, type Settings } from "../../provider/config";
import { messageOf } from "../../provider/errors";
import type { ProviderValues } from "../../recovery/state-source";
import { accountFindings } from "./account";
import { type Finding, fail, pass, skip } from "./finding";
import { holdingSignals } from "./hold-signals";
import { listFindings } from "./keys-list";
import { machineFindings } from "./machine";
import { type ObservedClient, observe } from "./observed-client";
import { projectFindings, type Subject } from "./project";
import { trialFindings } from "./trial-key";

/** What to examine. */
export interface Examination extends Subject {
  /** Make a key and revoke it again. */
  readonly write: boolean;
}

/** Examines machine, project and account, one after the other. */
export async function* examine(examination: Examination): AsyncGenerator<Finding> {
  yield* await machineFindings(examination.cwd);
  const { findings, values } = await projectFindings(examination);
  yield* findings;
  // Without a stack the environment alone may still say enough, though not of an explicit provider.
  const { finding, settings } =
    values === undefined && examination.provider !== undefined ? NOTHING : readSettings(values ?? {});
  if (finding !== undefined && (values !== undefined || settings !== undefined)) yield finding;
  if (settings === undefined) {
    yield skip("connection", "there is no usable configuration");
    return;
  }
  let client: ObservedClient;
  try {
    client = observe(settings);
  } catch (error) {
    yield fail("connection", messageOf(error), "correct or unset HTTPS_PROXY and HTTP_PROXY");
    yield skip("list", "put right what failed before");
    return;
  }
  try {
    const account = await accountFindings(client, settings);
    yield* account;
    if (account.some(({ status }) => status === "fail")) {
      yield skip("list", "put right what failed before");
      return;
    }
    const list = await listFindings(client);
    yield* list;
    if (!examination.write) return;
    // A key must only be made where it can be found and revoked again.
    if (list.some(({ status }) => status === "fail")) yield skip("write", "put right what failed before");
    else yield* await holdingSignals(() => trialFindings(client, settings));
  } finally {
    await client.close();
  }
}

interface ReadSettings {
  readonly finding?: Finding;
  readonly settings?: Settings;
}

const NOTHING: ReadSettings = {};

function readSettings(values: ProviderValues): ReadSettings {
  const configuration = resolveConfig(values as ConfigValues, process.env);
  if (configuration.kind === "ready") {
    const { settings } = configuration;
    return { finding: pass("config", `${settings.apiUrl}, with a credential`), settings };
  }
  const failures = configuration.kind === "invalid" ? configuration.failures : [];
  const found = failures.map(({ property, reason }) => `${property} ${reason}`).join("; ");
  return { finding: fail("config", found, "set these by `pulumi config set`, or in the environment") };
}
