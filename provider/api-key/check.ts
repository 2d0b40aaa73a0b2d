import { z } from "zod";
import { type Configuration, type Environment, type Failure, LONGEST_VERIFICATION, UNKNOWN } from "../config";
import { duration } from "../duration";
import { DIGITS, MAX_PREFIX_LENGTH, uniqueName } from "./names";
import { type ApiKeyInputs, plain } from "./state";

const ARGUMENTS = "type, namePrefix and verify";

/** What check answers: the inputs to keep, and everything that is wrong with them. */
export interface Checked {
  readonly inputs: Partial<ApiKeyInputs>;
  readonly failures: readonly Failure[];
}

const unknown = z.literal(UNKNOWN);

const Type = z.enum(["public", "private"], {
  error: ({ input }) =>
    `${isText(input) ? 'is a string, but neither "public" nor "private"' : kindOf(input)}; write "public" or "private"`,
});

const NamePrefix = z
  .string({ error: ({ input }) => `${kindOf(input)}; give a string` })
  .min(1, "is empty; leave it out for project-stack-resource, or give a name")
  .regex(/^\P{Cc}*$/u, "holds control characters; use printable ones")
  .regex(/^(\S(.*\S)?)?$/s, "begins or ends with a blank; take it off")
  .refine((prefix) => [...prefix].length <= MAX_PREFIX_LENGTH, {
    error: ({ input }) =>
      `has ${[...(input as string)].length} characters; PayEngine's limit for names leaves ${MAX_PREFIX_LENGTH} ` +
      "once the digits are added: give a shorter namePrefix",
  });

const Timeout = duration("1s", LONGEST_VERIFICATION);

/** The timeout is kept as it is written. */
const Verify = z
  .boolean()
  .or(unknown)
  .or(
    z.strictObject(
      {
        timeout: z.unknown().superRefine((text, context) => {
          const [issue] = text === UNKNOWN ? [] : (Timeout.safeParse(text).error?.issues ?? []);
          if (issue) context.addIssue({ code: "custom", message: issue.message });
        }),
      },
      { error: ({ input }) => `${kindOf(input)}; write true, false or { timeout: "30s" }` },
    ),
  );

/** What the SDK sends: the program's arguments, and what only the program can know. */
const Program = z.strictObject({
  type: Type,
  namePrefix: unknown.or(NamePrefix).optional(),
  verify: Verify.optional(),
  defaultNamePrefix: z.string(),
  digits: unknown.or(z.string().regex(new RegExp(`^[0-9a-f]{${DIGITS}}$`))),
  __provider: z.string().optional(),
});

/** The part of earlier inputs that stays whatever the program says. */
const Earlier = z.object({
  namePrefix: z.string().optional(),
  uniqueName: z.string().optional(),
  accountId: z.string().optional(),
});

/**
 * Checks what the program asks for, and fixes what must never change again: the name prefix that was in force when
 * the resource was made, its unique name, and its pinned account. Calls nothing.
 *
 * @param olds inputs in state; empty when the resource is made or replaced.
 */
export function check(olds: object, news: object, configuration: Configuration, env: Environment): Checked {
  const read = Earlier.safeParse(olds);
  if (!read.success) {
    return {
      inputs: {},
      failures: [{ property: "state", reason: "of this key is damaged; restore a backup of it" }],
    };
  }
  const earlier = read.data;
  const isNew = earlier.uniqueName === undefined;
  const failures = [...configurationFailures(configuration, earlier.accountId)];
  if (isNew && isSet(env.PULUMI_SKIP_CHECKPOINTS)) {
    failures.push({
      property: "PULUMI_SKIP_CHECKPOINTS",
      reason: "is set, so a crash would leave a key that no state names; unset it to create keys",
    });
  }
  const program = Program.safeParse(news);
  if (!("namePrefix" in news) && earlier.namePrefix === undefined && "defaultNamePrefix" in news) {
    failures.push(...defaultPrefixFailures(news.defaultNamePrefix));
  }
  if (!program.success) {
    return { inputs: {}, failures: [...failures, ...program.error.issues.flatMap(failuresOf)] };
  }
  const { type, digits, defaultNamePrefix, verify } = program.data;
  const namePrefix = program.data.namePrefix ?? earlier.namePrefix ?? defaultNamePrefix;
  const isKnown = namePrefix !== UNKNOWN && digits !== UNKNOWN;
  return {
    failures,
    inputs: plain({
      type,
      namePrefix,
      uniqueName: earlier.uniqueName ?? (isKnown ? uniqueName(namePrefix, digits) : UNKNOWN),
      verify,
      accountId: accountIdOf(configuration) ?? earlier.accountId,
    }) as Partial<ApiKeyInputs>,
  };
}

function configurationFailures(
  configuration: Configuration,
  earlier: string | undefined,
): readonly Failure[] {
  if (configuration.kind === "invalid") return configuration.failures;
  const pinned = accountIdOf(configuration);
  if (earlier === undefined || pinned === undefined || pinned === earlier) return [];
  const reason =
    `pins account ${pinned}, but this key was made in account ${earlier}; set it back, or make a new key under a ` +
    "provider for the other account";
  return [{ property: "payengine:accountId", reason }];
}

function accountIdOf(configuration: Configuration): string | undefined {
  switch (configuration.kind) {
    case "ready":
      return configuration.settings.accountId;
    case "unknown":
      return configuration.accountId;
    case "invalid":
      return undefined;
  }
}

function defaultPrefixFailures(namePrefix: unknown): Failure[] {
  const result = NamePrefix.safeParse(namePrefix);
  if (result.success) return [];
  return result.error.issues.map((issue) => ({
    property: "namePrefix",
    reason: `is project-stack-resource by default, which ${issue.message}`,
  }));
}

function failuresOf(issue: z.core.$ZodIssue): Failure[] {
  if (issue.code === "unrecognized_keys") {
    const [owner, takes] = issue.path.length > 0 ? [issue.path.join("."), "timeout"] : ["ApiKey", ARGUMENTS];
    return issue.keys.map((key) => ({
      property: [...issue.path, key].join("."),
      reason: `is not an argument of ${owner}; it takes ${takes}`,
    }));
  }
  const message = issue.code === "invalid_union" ? issue.errors.flat().at(-1)?.message : issue.message;
  return [{ property: issue.path.join("."), reason: message ?? issue.message }];
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value !== UNKNOWN;
}

/** Says what a value is without saying the value, which may be a secret in the wrong place. */
function kindOf(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === null) return "is null";
  if (value === "") return "is empty";
  if (value === UNKNOWN) return "is not known before the update";
  return `is ${Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`}`;
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && !/^(|0|f|false)$/i.test(variable);
}
