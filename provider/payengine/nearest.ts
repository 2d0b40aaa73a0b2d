/** Maximum number of changed letters in a typo. */
const MOST_TYPOS = 2;

/**
 * The candidate that `word` is probably a typo of. At most two letters differ; case, `_` and `-` are ignored.
 *
 * @example nearest("acount_id", ["apiKey", "accountId"]) // "accountId"
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(folded(word), folded(candidate));
    // Two changed letters turn almost any short word into "id" or "get".
    if (distance <= Math.min(MOST_TYPOS, candidate.length / 2) && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

function folded(word: string): string {
  return word.toLowerCase().replace(/[_-]/g, "");
}

/** Levenshtein distance; infinite if the lengths differ too much for a typo. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > MOST_TYPOS) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
