import ms from "ms";
import { z } from "zod";
import { LONGEST_VERIFICATION, UNKNOWN } from "../config";
import { duration, milliseconds, NOT_LONG } from "../duration";
import { isCredential } from "../payengine/settings";
import { DIGITS, MAX_PREFIX_LENGTH } from "./names";

/** The shortest time between two rotations by the clock. */
const SHORTEST_PERIOD = "1h";
const LONGEST = "3650d";
const OVERLAP =
  'say how long the old key works on beside the new one, such as "7d", or "0s" to cut it at once';

const unknown = z.literal(UNKNOWN);

const Type = z.enum(["public", "private"], {
  error: ({ input }) =>
    `${isText(input) ? 'is a string, but neither "public" nor "private"' : kindOf(input)}; write "public" or "private"`,
});

export const NamePrefix = z
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

/** Texts are kept as they are written. */
const asWritten = (duration: z.ZodType) =>
  z
    .unknown()
    .superRefine((text, context) => {
      const [issue] = text === UNKNOWN ? [] : (duration.safeParse(text).error?.issues ?? []);
      if (issue) context.addIssue({ code: "custom", message: issue.message });
    })
    .transform((text) => text as string);

const Verify = z
  .boolean()
  .or(unknown)
  .or(
    z.strictObject(
      { timeout: asWritten(Timeout) },
      { error: ({ input }) => `${kindOf(input)}; write true, false or { timeout: "30s" }` },
    ),
  );

const LongDuration = z
  .string({ error: ({ input }) => (input === undefined ? `is missing; ${OVERLAP}` : NOT_LONG) })
  .refine((text) => !Number.isNaN(milliseconds(text)), NOT_LONG)
  .refine((text) => !(milliseconds(text) > ms(LONGEST)), `must be ${LONGEST} or shorter`);

const Period = LongDuration.refine(
  (text) => !(milliseconds(text) < ms(SHORTEST_PERIOD)),
  `must be ${SHORTEST_PERIOD} or longer`,
);

const Rotation = z
  .strictObject(
    {
      period: asWritten(Period).optional(),
      triggers: unknown
        .or(
          z.record(z.string(), z.unknown(), {
            error: ({ input }) => `${kindOf(input)}; write { name: value }`,
          }),
        )
        .optional(),
      overlap: asWritten(LongDuration),
    },
    { error: ({ input }) => `${kindOf(input)}; write { period: "90d", overlap: "7d" }` },
  )
  .superRefine(({ period, overlap }, context) => {
    const problem = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    // What is not known, or wrong in itself, is no number.
    if (milliseconds(String(overlap)) >= milliseconds(String(period)))
      problem("overlap", "is as long as the period, so two keys would always work; give a shorter one");
  });

const Adopt = z.strictObject(
  {
    // A value that stands here by mistake must not get into a message.
    keyId: unknown
      .or(
        z
          .string({ error: ({ input }) => `${kindOf(input)}; give the key's id` })
          .regex(/^[\w.:-]{1,64}$/, "is not a key's id; write it like 7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318"),
      )
      .optional(),
    token: unknown.or(
      z
        .string({ error: ({ input }) => `${kindOf(input)}; give the key's value as a secret` })
        .refine(
          isCredential,
          "is empty, or holds spaces, line ends or characters outside ASCII; give the key's value",
        ),
    ),
    allowUnproven: unknown
      .or(z.boolean({ error: ({ input }) => `${kindOf(input)}; write true or false` }))
      .optional(),
  },
  { error: ({ input }) => `${kindOf(input)}; write { keyId, token }` },
);

/** What the SDK sends: the program's arguments, and what only the program can know. */
export const Program = z.strictObject({
  type: Type,
  namePrefix: unknown.or(NamePrefix).optional(),
  verify: Verify.optional(),
  rotation: unknown.or(Rotation).optional(),
  adopt: unknown.or(Adopt).optional(),
  defaultNamePrefix: z.string(),
  digits: unknown.or(z.string().regex(new RegExp(`^[0-9a-f]{${DIGITS}}$`))),
  /** The resource option: a protected resource cannot be replaced. */
  protect: z.boolean().optional(),
  __provider: z.string().optional(),
});

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
