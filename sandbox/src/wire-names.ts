import type { Dialect, KeyField } from "./dialect";

/** The subject of a response; a dialect renames fields and words only for keys. */
export type Resource = "key" | "merchant";

const keyNames: Readonly<Record<string, string>> = { value: "key", redacted: "redactedKey" };

/** The name of a field on the wire. */
export function wireName(dialect: Dialect, resource: Resource, field: string): string {
  const own = resource === "key" ? dialect.fields[field as KeyField] : undefined;
  return own ?? cased(dialect, (resource === "key" ? keyNames[field] : undefined) ?? field);
}

/** Converts a key or merchant from the sandbox's own field names to the dialect's words. */
export function wireItem(dialect: Dialect, resource: Resource, item: Record<string, unknown>) {
  const shown = Object.entries(item).filter(([field]) => resource !== "key" || isShown(dialect, field));
  return Object.fromEntries(
    shown.map(([field, value]) => [
      wireName(dialect, resource, field),
      resource === "key" ? wireValue(dialect, field, value) : value,
    ]),
  );
}

function isShown({ shows }: Dialect, field: string): boolean {
  return shows[field as keyof typeof shows] ?? true;
}

function wireValue({ types, statuses }: Dialect, field: string, value: unknown): unknown {
  if (field === "type") return types[value as keyof typeof types];
  if (field === "status") return statuses[value as keyof typeof statuses];
  return value;
}

function cased({ casing }: Dialect, name: string): string {
  return casing === "camel" ? name : name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
