import ms from "ms";
import { z } from "zod";
import { kindOf as kindOfKnown } from "../payengine/contract-values";
import { duration, milliseconds, NOT_LONG } from "../payengine/duration";
import type { PayEngineKey } from "../payengine/read-answer";
import { isCredential } from "../payengine/settings";
import { LONGEST_VERIFICATION, UNKNOWN } from "./context";
import { DIGITS, MAX_PREFIX_LENGTH } from "./names";

/** Minimum period. */
const SHORTEST_PERIOD = "1h";
const LONGEST = "3650d";
const OVERLAP = 'set how long the old key keeps working, such as "7d", or "0s" to revoke it at once';

/** An unknown value in a preview. */
const unknown = z.literal(UNKNOWN);

/** Text in a program follows the rule. Text in state does not: a later rule must not make it unreadable. */
type Text = (rule: z.ZodType<unknown>) => z.ZodType<string>;

const asStored: Text = () => z.string();

/** Checks the text and keeps it as it is written. */
const asWritten: Text = (rule) =>
  z
    .unknown()
    .superRefine((text, context) => {
      const [issue] = text === UNKNOWN ? [] : (rule.safeParse(text).error?.issues ?? []);
      if (issue) context.addIssue({ code: "custom", message: issue.message });
    })
    .transform((text) => text as string);

const Timeout = z.unknown().superRefine((text, context) => {
  const read = duration("1s", LONGEST_VERIFICATION)(String(text));
  if ("problem" in read) context.addIssue(read.problem);
});

/** Whether and how long a new private key is tested. */
const verifyShape = (text: Text) =>
  z.union([
    z.boolean(),
    unknown,
    z.strictObject(
      { timeout: text(Timeout) },
      { error: ({ input }) => `${kindOf(input)}; write true, false or { timeout: "30s" }` },
    ),
  ]);

const LongDuration = z
  .string({ error: ({ input }) => (input === undefined ? `is missing; ${OVERLAP}` : NOT_LONG) })
  .refine((text) => !Number.isNaN(milliseconds(text)), NOT_LONG)
  .refine((text) => !(milliseconds(text) > ms(LONGEST)), `must be ${LONGEST} or shorter`);

const Period = LongDuration.refine(
  (text) => !(milliseconds(text) < ms(SHORTEST_PERIOD)),
  `must be ${SHORTEST_PERIOD} or longer`,
);

/** When a key rotates, and how long the old key keeps working. */
const rotationShape = (text: Text) =>
  z.strictObject(
    {
      period: text(Period).optional(),
      /** Any change rotates the key. */
      triggers: z
        .union([
          unknown,
          z.record(z.string(), z.unknown(), {
            error: ({ input }) => `${kindOf(input)}; write { name: value }`,
          }),
        ])
        .optional(),
      overlap: text(LongDuration),
    },
    { error: ({ input }) => `${kindOf(input)}; write { period: "90d", overlap: "7d" }` },
  );

const KeyId = z
  .string({ error: ({ input }) => `${kindOf(input)}; set it to the key ID` })
  // A misplaced value must not get into a message.
  .regex(/^[\w.:-]{1,64}$/, "is not a key ID; write it like 7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318");

const Token = z
  .string({ error: ({ input }) => `${kindOf(input)}; pass the key's value as a secret` })
  .refine(
    isCredential,
    "is empty or contains spaces, line ends or characters outside ASCII; pass the key's value",
  );

/** The key to adopt and its value, which is in the inputs of the creation and in no output. */
const adoptShape = (text: Text) =>
  z.strictObject(
    {
      /** Left out under the contract "dashboard", which shows no ID. */
      keyId: text(KeyId).optional(),
      token: text(Token),
      allowUnproven: z
        .union([unknown, z.boolean({ error: ({ input }) => `${kindOf(input)}; write true or false` })])
        .optional(),
    },
    { error: ({ input }) => `${kindOf(input)}; write { keyId, token }` },
  );

export const NamePrefix = z
  .string({ error: ({ input }) => `${kindOf(input)}; write a string` })
  .min(1, "is empty; remove it for the default <project>-<stack>-<resource>, or set a name")
  .regex(/^\P{Cc}*$/u, "contains control characters; use printable ones")
  .regex(/^(\S(.*\S)?)?$/s, "begins or ends with a space; remove it")
  .refine((prefix) => [...prefix].length <= MAX_PREFIX_LENGTH, {
    error: ({ input }) =>
      `has ${[...(input as string)].length} characters; the limit is ${MAX_PREFIX_LENGTH}, because PayEngine limits names and ` +
      "the digits are added: set a shorter namePrefix",
  });

/** What the SDK registers: the arguments, and values that only the program has. */
export const Program = z.strictObject({
  type: z.enum(["public", "private"], {
    error: ({ input }) =>
      `${isText(input) ? 'is a string, but neither "public" nor "private"' : kindOf(input)}; write "public" or "private"`,
  }),
  namePrefix: z.union([unknown, NamePrefix]).optional(),
  verify: verifyShape(asWritten).optional(),
  rotation: z.union([unknown, rotationShape(asWritten).superRefine(requireShorterOverlap)]).optional(),
  adopt: z.union([unknown, adoptShape(asWritten)]).optional(),
  defaultNamePrefix: z.string(),
  digits: z.union([unknown, z.string().regex(new RegExp(`^[0-9a-f]{${DIGITS}}$`))]),
  /** The resource option: a protected resource cannot be replaced. */
  protect: z.boolean().optional(),
  __provider: z.string().optional(),
});

export type Program = z.infer<typeof Program>;

function requireShorterOverlap(
  { period, overlap }: { readonly period?: string | undefined; readonly overlap: string },
  context: z.RefinementCtx,
): void {
  // An unknown or invalid duration is NaN.
  if (!(milliseconds(String(overlap)) >= milliseconds(String(period)))) return;
  const message = "is not shorter than the period, so two keys would always work; set a shorter overlap";
  context.addIssue({ code: "custom", path: ["overlap"], message });
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value !== UNKNOWN;
}

/** The kind of a value, never the value: it may be a misplaced secret. */
function kindOf(value: unknown): string {
  return value === UNKNOWN ? "is unknown until the update" : kindOfKnown(value);
}

const Verify = verifyShape(asStored);
export type Verify = z.infer<typeof Verify>;

const Rotation = rotationShape(asStored);
export type Rotation = z.infer<typeof Rotation>;

export const Adopt = adoptShape(asStored);
export type Adopt = z.infer<typeof Adopt>;

/** The inputs that check returns. They are in state before the key is created. */
export const ApiKeyInputs = z.object({
  type: z.string(),
  namePrefix: z.string(),
  /** `<namePrefix>-<10 hex digits>`: the resource ID, and the name that recovery looks for. */
  uniqueName: z.string(),
  verify: Verify.optional(),
  rotation: z.union([unknown, Rotation]).optional(),
  /** The first `up` after this time rotates (ISO 8601); unknown in a preview without an earlier one. */
  rotateAt: z.string().optional(),
  /** ID of the key that the resource adopted. */
  adoptedKeyId: z.string().optional(),
  /** Fingerprint of the adopted value. */
  adoptedFingerprint: z.string().optional(),
  /** The key comes from the dashboard: its ID is unknown, and only people can revoke it. */
  madeByHand: z.boolean().optional(),
  /** The pin in config: an ID that the account shows. */
  pinnedAccountId: z.string().optional(),
  /** Name of the key's explicit provider; left out for the default one. */
  providerName: z.string().optional(),
  /** Address of the API where the key is created; left out for the default. */
  apiUrl: z.string().optional(),
  /** {@link shortFingerprint} of the credential that creates the key. */
  credentialFingerprint: z.string().optional(),
});

export type ApiKeyInputs = z.infer<typeof ApiKeyInputs>;

/** Earlier inputs: those that never change, and the grid of rotations. */
export const Earlier = ApiKeyInputs.omit({ verify: true, providerName: true }).partial();

export type Earlier = z.infer<typeof Earlier>;

/** A journal in state. Empty fields, and a latest name that is the key's own, are left out. */
const JournalFields = z.object({
  /** What is left to do: `create` the key, or `reconcile` a second key that an unresolved attempt may create. */
  pendingAction: z.enum(["create", "reconcile"]).optional(),
  unresolvedNames: z.array(z.string()).optional(),
  reconcileAfter: z.string().optional(),
  latestName: z.string().optional(),
  orphanKeyIds: z.record(z.string(), z.string()).optional(),
});

export type JournalFields = z.infer<typeof JournalFields>;

/** The resource's outputs in state. Plain JSON, without undefined. */
export const ApiKeyState = ApiKeyInputs.extend(JournalFields.shape).extend({
  /** The key name at PayEngine; the unique name for a key from the dashboard. */
  name: z.string(),
  /** The account ID, if PayEngine returned it when the key was created. */
  accountId: z.string().optional(),
  /** ID of a merchant of the key's account, if it had one when the key was created. */
  merchantId: z.string().optional(),
  /** Without it the key is not created yet. With it but without a token, the key must be revoked. */
  keyId: z.string().optional(),
  token: z.string().optional(),
  redactedToken: z.string().optional(),
  /** First 16 hex digits of the token's SHA-256. */
  fingerprint: z.string().optional(),
  createdAt: z.string().optional(),
  /** Number of the key; left out for the first. */
  generation: z.number().optional(),
  /** When this key replaced the previous one (ISO 8601). */
  rotatedAt: z.string().optional(),
  /** The previous key works until then (ISO 8601). The first `up` after that revokes it. */
  previousRevokeAt: z.string().optional(),
  previousKeyId: z.string().optional(),
  previousToken: z.string().optional(),
  previousRedactedToken: z.string().optional(),
  /** Fingerprint of the previous value, to compare values without decrypting state. */
  previousFingerprint: z.string().optional(),
});

export type ApiKeyState = z.infer<typeof ApiKeyState>;

/** A key whose value is known. */
export type IssuedKey = PayEngineKey & { readonly value: string };

/** Result of create and update: the key, or a state from which the next `up` or destroy continues. */
export type Outcome =
  | { readonly kind: "complete"; readonly state: ApiKeyState }
  | { readonly kind: "unfinished"; readonly state: ApiKeyState; readonly reason: string };
