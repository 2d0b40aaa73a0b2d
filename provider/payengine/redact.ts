const LONGEST_QUOTE = 300;

/** A UUID as a whole, or a run of hex digits that may be a part of a value. */
const UUID_OR_RUN = /(?<![0-9a-f])([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])|[0-9a-f]{12,}/gi;

/**
 * Makes text from outside fit for an error message: no secret, one line, bounded.
 *
 * A failing server may echo a part of the credential, or of a key that it made before it failed; runs of twelve hex
 * digits and more are never needed to understand an error, except in a UUID. A unique name has ten.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const withoutSecrets = secrets
    .filter((secret) => secret !== "")
    .reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
  const line = withoutSecrets
    .replace(UUID_OR_RUN, (_run, uuid?: string) => uuid ?? "[redacted]")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}
