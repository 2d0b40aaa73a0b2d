import { messageOf } from "../../provider/errors";
import { providerValues } from "../../recovery/accounts";
import { openStack, type PulumiStack } from "../../recovery/pulumi-stack";
import type { StackState } from "../../recovery/stack-state";
import { type ProviderValues, stateOfStack } from "../../recovery/state-source";
import { type Finding, fail, pass, skip, warn } from "./finding";
import { keysOf } from "./key-fields";

/** Which stack and provider to examine. */
export interface Subject {
  readonly stack?: string | undefined;
  readonly cwd: string;
  /** Name of an explicit provider in the program; the default provider if left out. */
  readonly provider?: string | undefined;
}

/** What the stack says of itself. */
export interface ProjectFindings {
  readonly findings: readonly Finding[];
  /** Configuration of the provider; undefined where it could not be read. */
  readonly values: ProviderValues | undefined;
}

const NO_STACK: readonly Finding[] = [
  skip("secrets provider", "there is no stack to ask"),
  skip("config secrets", "there is no stack to ask"),
  skip("config", "there is no stack to ask"),
];

/** Looks at the stack's state and config. */
export async function projectFindings(subject: Subject): Promise<ProjectFindings> {
  let stack: PulumiStack;
  let state: StackState;
  try {
    stack = await openStack({ stack: subject.stack, cwd: subject.cwd });
    state = await stateOfStack(stack).load();
  } catch (error) {
    const todo = "run this in a Pulumi project's folder with a stack, or give --cwd and --stack";
    return { findings: [fail("stack", messageOf(error), todo), ...NO_STACK], values: undefined };
  }
  const config = await configFinding(stack);
  const { finding, values } = await readValues(stack, state, subject.provider);
  const findings = [
    pass("stack", `${stack.name}, ${keysOf(state.keys.length)} recorded in state`),
    secretsFinding(state.secretsProvider, process.env),
    config,
    ...(finding === undefined ? [] : [finding]),
  ];
  return { findings, values };
}

/** File backends encrypt with "b64" only where encryption has been turned off. */
function secretsFinding(type: string | undefined, env: NodeJS.ProcessEnv): Finding {
  const check = "secrets provider";
  const todo =
    "run `pulumi stack change-secrets-provider` with passphrase or a key management service, then make new keys: what " +
    "was written before is readable in backups";
  if (type === undefined || type === "b64") {
    return fail(check, `${type ?? "none"}: state holds private keys in plaintext`, todo);
  }
  if (type === "passphrase" && env.PULUMI_CONFIG_PASSPHRASE === "") {
    return fail(check, "the passphrase is empty, so anyone who has the state can decrypt it", todo);
  }
  return pass(check, type);
}

async function configFinding(stack: PulumiStack): Promise<Finding> {
  const check = "config secrets";
  try {
    const entry = (await stack.configEntries())["payengine:apiKey"];
    if (entry === undefined) return pass(check, "config holds no credential");
    if (entry.secret) return pass(check, "the credential in config is encrypted");
    return fail(
      check,
      "payengine:apiKey stands in the stack's config in plaintext",
      "run `pulumi config set --secret payengine:apiKey`, and make another credential if the file was ever shared",
    );
  } catch (error) {
    return fail(check, messageOf(error), "mend the stack's config file");
  }
}

async function readValues(
  stack: PulumiStack,
  state: StackState,
  provider: string | undefined,
): Promise<{ finding?: Finding; values: ProviderValues | undefined }> {
  const source = stateOfStack(stack);
  try {
    if (provider === undefined) return { values: await source.config(), ...otherProviders(state) };
    const found = [...state.providers].find(([, { values }]) => values.provider === provider);
    if (found === undefined) {
      const todo = "give the name that the program gives it, after the first `pulumi up`";
      return { finding: fail("config", `state holds no provider "${provider}"`, todo), values: undefined };
    }
    return { values: await providerValues(source, state, found[0]) };
  } catch (error) {
    const todo = "set what it asks for, as for `pulumi up`; or set PAYENGINE_API_KEY";
    return { finding: fail("config", messageOf(error), todo), values: undefined };
  }
}

function otherProviders({ providers }: StackState): { finding?: Finding } {
  const names = [...providers.values()].flatMap(({ values }) => values.provider ?? []);
  if (names.length === 0) return {};
  const todo = `run this again with ${names.map((name) => `--provider ${name}`).join(", then with ")}`;
  return { finding: warn("providers", "only the default provider is looked at", todo) };
}
