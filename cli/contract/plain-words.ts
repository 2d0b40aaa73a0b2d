// What may be printed of a recording: words, because a text of another form may be a secret, an ID or a name.

const PART = "[A-Za-z]?[a-z]{1,19}\\d?(?:[A-Z][a-z]{1,19})*";
const NAME = new RegExp(`^_?(?:${PART}(?:[._~-]${PART})*|v\\d{1,3})$`);
const LONGEST_NAME = 40;

/** The name of a field or a part of a path, such as "created_at", "api-keys" or "v2". */
export function isPlainName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text);
}

/** An account's word for a type or a status. */
export function isPlainWord(text: string): boolean {
  return /^[a-z]{1,20}(?:[ _-][a-z]{1,20}){0,2}$/i.test(text);
}
