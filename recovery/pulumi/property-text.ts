import { z } from "zod";
import { parseJson } from "../../provider/payengine/parse-json";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

const ShownSecret = z.object({ [SIGNATURE]: z.string(), plaintext: z.string() });

/** A property of state, with the plaintext of every secret that the export shows. */
export function revealed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revealed);
  // The plaintext of a secret in an export with `--show-secrets` is JSON itself.
  const secret = ShownSecret.safeParse(value);
  const shown = secret.success ? parseJson(secret.data.plaintext as string) : undefined;
  if (shown !== undefined) return revealed(shown);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revealed(part)]));
}

/** The text of a property of state, secret or not; `undefined` if it is encrypted or not text. */
export function readText(value: unknown): string | undefined {
  const text = revealed(value);
  return typeof text === "string" ? text : undefined;
}

/** Says whether a property of state has a secret that the export does not show. */
export function isEncrypted(value: unknown): boolean {
  return JSON.stringify(revealed(value) ?? null).includes(`"${SIGNATURE}":`);
}
