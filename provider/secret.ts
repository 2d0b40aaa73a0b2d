/** How the engine marks a secret on the wire. */
const SIGNATURE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" } as const;

/** A value that the engine encrypts in state whatever the program says of it. */
export function wireSecret(value: unknown) {
  return { ...SIGNATURE, value };
}
