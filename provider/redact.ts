const LONGEST_QUOTE = 300;

/**
 * Makes text from outside fit for an error message: no secret, one line, bounded.
 *
 * A failing server may echo a part of the credential, or of a key that it made before it failed; runs of twelve hex
 * digits and more are never needed to understand an error. A unique name has ten.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const withoutSecrets = secrets
    .filter((secret) => secret !== "")
    .reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
  const line = withoutSecrets
    .replace(/[0-9a-f]{12,}/gi, "[redacted]")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}
