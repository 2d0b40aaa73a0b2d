const LONGEST_QUOTE = 300;

/** A complete UUID, or a run of hex digits that may be part of a value. */
const UUID_OR_RUN = /(?<![0-9a-f])([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])|[0-9a-f]{12,}/gi;

/**
 * Prepares text from outside for an error message: no secrets, one line, limited length.
 *
 * A failing server may echo part of the credential or of a key that it created. Runs of twelve or more hex digits are
 * never needed to understand an error, except in a UUID. A unique name has ten.
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
