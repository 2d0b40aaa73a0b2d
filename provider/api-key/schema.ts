import ms from "ms";
import { z } from "zod";
import { kindOf as kindOfKnown } from "../payengine/contract-values";
import { duration, milliseconds, NOT_LONG } from "../payengine/duration";
import type { PayEngineKey } from "../payengine/read-answer";
import { isCredential } from "../payengine/settings";
import { LONGEST_VERIFICATION, UNKNOWN } from "./context";
import { DIGITS, MAX_PREFIX_LENGTH } from "./names";

/** The shortest time between two rotations by the clock. */
const SHORTEST_PERIOD = "1h";
const LONGEST = "3650d";
const OVERLAP =
  'say how long the old key works on beside the new one, such as "7d", or "0s" to cut it at once';

/** In previews, what the program does not know yet. */
const unknown = z.literal(UNKNOWN);

/** A text that a program writes, with the rule for it, or that state holds, which a later rule must not make unreadable. */
type Text = (rule: z.ZodType<unknown>) => z.ZodType<string>;

const asStored: Text = () => z.string();

/** Texts are kept as they are written. */
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

/** Whether a new private key is tried before anybody gets it, and for how long, such as "30s". */
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

/** When a key gives way to the next one, and for how long it works on beside it. */
const rotationShape = (text: Text) =>
  z.strictObject(
    {
      period: text(Period).optional(),
      /** Any change makes the next key. */
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
  .string({ error: ({ input }) => `${kindOf(input)}; give the key's id` })
  // A value that stands here by mistake must not get into a message.
  .regex(/^[\w.:-]{1,64}$/, "is not a key's id; write it like 7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318");

const Token = z
  .string({ error: ({ input }) => `${kindOf(input)}; give the key's value as a secret` })
  .refine(
    isCredential,
    "is empty, or holds spaces, line ends or characters outside ASCII; give the key's value",
  );

/** The key to take over, and its value: it stands in the inputs of the creation, and in no output. */
const adoptShape = (text: Text) =>
  z.strictObject(
    {
      /** Left out for a key of the dashboard, whose id nothing tells. */
      keyId: text(KeyId).optional(),
      token: text(Token),
      allowUnproven: z
        .union([unknown, z.boolean({ error: ({ input }) => `${kindOf(input)}; write true or false` })])
        .optional(),
    },
    { error: ({ input }) => `${kindOf(input)}; write { keyId, token }` },
  );

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

/** What the SDK sends: the program's arguments, and what only the program can know. */
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
  // What is not known, or wrong in itself, is no number.
  if (!(milliseconds(String(overlap)) >= milliseconds(String(period)))) return;
  const message = "is as long as the period, so two keys would always work; give a shorter one";
  context.addIssue({ code: "custom", path: ["overlap"], message });
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value !== UNKNOWN;
}

/** Says what a value is without saying the value, which may be a secret in the wrong place. */
function kindOf(value: unknown): string {
  return value === UNKNOWN ? "is not known before the update" : kindOfKnown(value);
}

const Verify = verifyShape(asStored);
export type Verify = z.infer<typeof Verify>;

const Rotation = rotationShape(asStored);
export type Rotation = z.infer<typeof Rotation>;

export const Adopt = adoptShape(asStored);
export type Adopt = z.infer<typeof Adopt>;

/** What a program asks for, as check leaves it: this stands in state before the key is made. */
export const ApiKeyInputs = z.object({
  type: z.string(),
  namePrefix: z.string(),
  /** `<namePrefix>-<10 hex digits>`: the resource's id, and what every recovery looks for. */
  uniqueName: z.string(),
  verify: Verify.optional(),
  rotation: z.union([unknown, Rotation]).optional(),
  /** When the first `up` rotates by `rotation.period` (ISO 8601); unknown in a preview that has no earlier one. */
  rotateAt: z.string().optional(),
  /** The key that the resource took over when it was made, and not of its own making. */
  adoptedKeyId: z.string().optional(),
  /** Fingerprint of the value that came with it. */
  adoptedFingerprint: z.string().optional(),
  /** Somebody makes the key in the dashboard: nothing tells its id, and only people can revoke it. */
  madeByHand: z.boolean().optional(),
  /** What config pins the account by: an id that it shows. */
  pinnedAccountId: z.string().optional(),
  /** The explicit provider that the key belongs to; left out for the default one. */
  providerName: z.string().optional(),
  /** Address of the API at which the key is made; left out for PayEngine's own. */
  apiUrl: z.string().optional(),
  /** Which credential makes the key: {@link shortFingerprint}. */
  credentialFingerprint: z.string().optional(),
});

export type ApiKeyInputs = z.infer<typeof ApiKeyInputs>;

/** Earlier inputs: what of them stays whatever the program says, and the grid of rotations. */
export const Earlier = ApiKeyInputs.omit({ verify: true, providerName: true }).partial();

export type Earlier = z.infer<typeof Earlier>;

/** How state holds a journal: what is empty, or is the key's own name, is left out. */
const JournalFields = z.object({
  /** What is left to do: `create` the key, or `reconcile` whether an unresolved attempt has made a second one. */
  pendingAction: z.enum(["create", "reconcile"]).optional(),
  unresolvedNames: z.array(z.string()).optional(),
  reconcileAfter: z.string().optional(),
  latestName: z.string().optional(),
  orphanKeyIds: z.record(z.string(), z.string()).optional(),
});

export type JournalFields = z.infer<typeof JournalFields>;

/** What state holds of a key: the resource's outputs. Plain JSON, with nothing undefined. */
export const ApiKeyState = ApiKeyInputs.extend(JournalFields.shape).extend({
  /** The key's name at PayEngine; that of the resource for a key made by hand. */
  name: z.string(),
  /** The account's id, where PayEngine told it when the key was made. */
  accountId: z.string().optional(),
  /** A merchant of the account in which the key was made, where it had one. */
  merchantId: z.string().optional(),
  /** Without it the key is yet to be made; with it and no token, it is a key to revoke. */
  keyId: z.string().optional(),
  token: z.string().optional(),
  redactedToken: z.string().optional(),
  /** First 16 hex digits of the token's SHA-256. */
  fingerprint: z.string().optional(),
  createdAt: z.string().optional(),
  /** Counts the keys of this resource; left out for the first. */
  generation: z.number().optional(),
  /** When this key took the place of the one before it (ISO 8601). */
  rotatedAt: z.string().optional(),
  /** The key before this one works beside it until then (ISO 8601), and is revoked by the first `up` after that. */
  previousRevokeAt: z.string().optional(),
  previousKeyId: z.string().optional(),
  previousToken: z.string().optional(),
});

export type ApiKeyState = z.infer<typeof ApiKeyState>;

/** A key whose value is known. */
export type IssuedKey = PayEngineKey & { readonly value: string };

/** How create and update end: with the key, or with a state from which the next `up` or destroy goes on. */
export type Outcome =
  | { readonly kind: "complete"; readonly state: ApiKeyState }
  | { readonly kind: "unfinished"; readonly state: ApiKeyState; readonly reason: string };
