import { unknownConfigKeys } from "../../provider/config-keys";
import { messageOf } from "../../provider/payengine/errors";
import { type ConfigEntry, openStack, type PulumiStack } from "../../recovery/pulumi/pulumi-stack";
import type { ProviderValues } from "../../recovery/pulumi/recorded-provider";
import type { StackState } from "../../recovery/pulumi/stack-state";
import { providerValues, stateOfStack } from "../../recovery/pulumi/state-source";
import { counted } from "../terminal";
import { type Finding, fail, pass, skip, warn } from "./finding";

/** Which stack and provider to examine. */
export interface DoctorTarget {
  readonly stack?: string | undefined;
  readonly cwd: string;
  /** Name of an explicit provider in the program; the default provider if left out. */
  readonly provider?: string | undefined;
}

/** Findings about the stack, and its configuration. */
export interface ProjectFindings {
  readonly findings: readonly Finding[];
  /** Configuration of the provider; undefined if it could not be read. */
  readonly values: ProviderValues | undefined;
  /** The default provider has neither keys nor a credential, and explicit ones have both. */
  readonly isExplicitOnly: boolean;
  /** State holds keys of the default provider. */
  readonly isDefaultInUse: boolean;
}

const NO_STACK: readonly Finding[] = [
  skip("secrets provider", "there is no stack"),
  skip("config secrets", "there is no stack"),
  skip("config", "there is no stack"),
];

/** Looks at the stack's state and config. */
export async function projectFindings(target: DoctorTarget): Promise<ProjectFindings> {
  let stack: PulumiStack;
  let state: StackState;
  try {
    stack = await openStack({ stack: target.stack, cwd: target.cwd });
    state = await stateOfStack(stack).load();
  } catch (error) {
    const todo = "run this in the folder of a Pulumi project that has a stack, or pass --cwd and --stack";
    const findings = [fail("stack", messageOf(error), todo), ...NO_STACK];
    return { findings, values: undefined, isExplicitOnly: false, isDefaultInUse: false };
  }
  const config = await configFindings(stack);
  const { finding, values, isExplicitOnly = false } = await readValues(stack, state, target.provider);
  const findings = [
    pass("stack", `${stack.name}, ${counted(state.keys.length, "key")} in state`),
    secretsFinding(state.secretsProvider, process.env),
    ...config,
    ...(finding === undefined ? [] : [finding]),
  ];
  return { findings, values, isExplicitOnly, isDefaultInUse: usesDefault(state) };
}

/** File backends use "b64" only if encryption is turned off. */
function secretsFinding(type: string | undefined, env: NodeJS.ProcessEnv): Finding {
  const check = "secrets provider";
  const todo =
    "run `pulumi stack change-secrets-provider` with passphrase or a key management service, then create new keys: older " +
    "states in backups stay readable";
  if (type === undefined || type === "b64") {
    return fail(check, `${type ?? "none"}: state stores private keys in plaintext`, todo);
  }
  if (type === "passphrase" && env.PULUMI_CONFIG_PASSPHRASE === "") {
    return fail(check, "the passphrase is empty, so anyone with the state can decrypt it", todo);
  }
  return pass(check, type);
}

async function configFindings(stack: PulumiStack): Promise<Finding[]> {
  try {
    const entries = await stack.configEntries();
    return [
      credentialFinding(entries["payengine:apiKey"]),
      ...unknownConfigKeys(Object.keys(entries)).map(({ key, problem }) =>
        fail("config keys", `${key} ${problem}`, `run \`pulumi config rm ${key}\` once the right one is set`),
      ),
    ];
  } catch (error) {
    return [fail("config secrets", messageOf(error), "fix the stack's config file")];
  }
}

function credentialFinding(entry: ConfigEntry | undefined): Finding {
  const check = "config secrets";
  if (entry === undefined) return pass(check, "config has no credential");
  if (entry.secret) return pass(check, "the credential in config is encrypted");
  return fail(
    check,
    "payengine:apiKey is in the stack's config in plaintext",
    "run `pulumi config set --secret payengine:apiKey`, and create a new credential if the file was ever shared",
  );
}

interface ReadValues {
  readonly finding?: Finding;
  readonly values: ProviderValues | undefined;
  readonly isExplicitOnly?: boolean;
}

async function readValues(
  stack: PulumiStack,
  state: StackState,
  provider: string | undefined,
): Promise<ReadValues> {
  const source = stateOfStack(stack);
  try {
    if (provider === undefined) return ofDefault(state, await source.config());
    const found = [...state.providers].find(([, { values }]) => values.provider === provider);
    if (found === undefined) {
      const todo = "pass the provider's name in the program, after the first `pulumi up`";
      return { finding: fail("config", `state has no provider "${provider}"`, todo), values: undefined };
    }
    return { values: await providerValues(source, state, found[0]) };
  } catch (error) {
    const todo = "set what the message names, as for `pulumi up`, or set PAYENGINE_API_KEY";
    return { finding: fail("config", messageOf(error), todo), values: undefined };
  }
}

function ofDefault(state: StackState, values: ProviderValues): ReadValues {
  const { providers } = state;
  const names = [...providers.values()].flatMap((provider) => provider.values.provider ?? []);
  if (names.length === 0) return { values };
  const todo = `run this again with ${names.map((name) => `--provider ${name}`).join(", then with ")}`;
  const hasCredential = Boolean(values.apiKey || process.env.PAYENGINE_API_KEY);
  if (hasCredential || usesDefault(state))
    return { values, finding: warn("providers", "only the default provider was checked", todo) };
  const found = "all keys belong to explicit providers, and the default provider has no credential";
  return { values, finding: warn("providers", found, todo), isExplicitOnly: true };
}

function usesDefault({ keys, providers }: StackState): boolean {
  return keys.some((key) => providers.get(key.provider)?.values.provider === undefined);
}
