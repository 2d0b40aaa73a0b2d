import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A resource's arguments or outputs, or a provider's configuration. */
export type Properties = Readonly<Record<string, unknown>>;

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** The properties with secrets in plaintext. */
export function plainOf(struct: Struct | undefined): Record<string, unknown> {
  return revealed(struct?.toJavaScript() ?? {}) as Record<string, unknown>;
}

/** @param properties plain JSON; properties that are `undefined` are left out. */
export function structOf(properties: Properties): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>);
}

/** Marks a value, so that the engine always encrypts it in state. */
export function secret(value: unknown): unknown {
  return { [SIGNATURE]: SECRET, value };
}

function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Properties;
  if (fields[SIGNATURE] === SECRET) return revealed(fields.value);
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, revealed(field)]));
}
