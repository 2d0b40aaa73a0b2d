import { z } from "zod";
import { parseJson } from "../provider/parse-json";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

const Secret = z.object({ [SIGNATURE]: z.string() });
const ShownSecret = z.object({ [SIGNATURE]: z.string(), plaintext: z.string() });

/** The text of a property as state holds it, secret or not; `undefined` where it is encrypted or no text. */
export function readText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  // A secret in an export with `--show-secrets`: its plaintext is JSON of its own.
  const secret = ShownSecret.safeParse(value);
  const shown = secret.success ? parseJson(secret.data.plaintext as string) : undefined;
  return typeof shown === "string" ? shown : undefined;
}

/** Says whether a property of state is a secret that this export does not show. */
export function isEncrypted(value: unknown): boolean {
  return Secret.safeParse(value).success && readText(value) === undefined;
}
