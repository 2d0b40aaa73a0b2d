/** Matches a text that starts with the first phrase, ends with the last one and holds those between in order. */
export const abridged = (...phrases: readonly string[]): string =>
  expect.stringMatching(
    new RegExp(`^${phrases.map((phrase) => phrase.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`, "s"),
  );

/** Matches a text that starts with the phrase. */
export const startingWith = (phrase: string): string => abridged(phrase, "");
