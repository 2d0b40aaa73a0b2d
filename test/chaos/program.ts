import type { Prng } from "./prng";
import { type KeyPlan, OVERLAPS } from "./scenario";

/** The program of every run. A file in its folder lists the keys. It waits only briefly for keys that do not work. */
export const PROGRAM = `const payengine = require("pulumi-payengine");
for (const { name, ...args } of require("./keys.json")) {
  exports[name] = new payengine.ApiKey(name, { verify: { timeout: "2s" }, ...args }).token;
}
`;

/** The same by the native plugin. */
export const NATIVE_PROGRAM = PROGRAM.replace('"pulumi-payengine"', '"./payengine.cjs"');

const MOST_KEYS = 20;

/** A program, and the keys that the next `up` must create. */
export interface Change {
  readonly program: readonly KeyPlan[];
  readonly made: readonly string[];
  /** Names for `--replace`. */
  readonly replace: readonly string[];
}

export function firstProgram(random: Prng): KeyPlan[] {
  const count = random.chance(15) ? random.int(8, MOST_KEYS) : random.int(1, 5);
  return Array.from({ length: count }, (_, index) => newKey(random, index));
}

/** Rotates, adds, removes and replaces keys, and changes types and name prefixes. At least one key must be created. */
export function changeProgram(random: Prng, before: readonly KeyPlan[], isDestroyed: boolean): Change {
  const kept = before.filter(() => random.chance(85));
  const next = Math.max(0, ...before.map(({ name }) => Number(name.slice(1)) + 1));
  const room = MOST_KEYS - kept.length;
  const added = Array.from({ length: Math.min(room, random.int(kept.length === 0 ? 1 : 0, 2)) }, (_, index) =>
    newKey(random, next + index),
  );
  const changed = new Map(
    random.sample(kept, random.int(1, 4)).map((key) => [key.name, change(random, key)]),
  );
  const program = [...kept.map((key) => changed.get(key.name)?.key ?? key), ...added];
  const made = isDestroyed
    ? program.map(({ name }) => name)
    : [...changed.keys(), ...added.map(({ name }) => name)];
  const replace = isDestroyed
    ? []
    : [...changed.values()].flatMap(({ key, forced }) => (forced ? [key.name] : []));
  return { program, made, replace };
}

/** The key, changed so that it can rotate in place. */
export function asRotating(key: KeyPlan): KeyPlan {
  return { ...key, rotation: { triggers: { count: 0 }, overlap: "1h" } };
}

export function rotateAll(program: readonly KeyPlan[]): Change {
  return { program: program.map(rotated), made: program.map(({ name }) => name), replace: [] };
}

const OTHERWISE = ["type", "prefix", "forced"] as const;

/** A second rotation in place could start during the overlap, and would be refused. */
function mayRotate({ rotation }: KeyPlan): boolean {
  return rotation !== undefined && (rotation.overlap === "0s" || rotation.triggers.count === 0);
}

function rotated(key: KeyPlan): KeyPlan {
  if (key.rotation === undefined) return key;
  const { triggers, overlap } = key.rotation;
  return { ...key, rotation: { triggers: { count: triggers.count + 1 }, overlap } };
}

function change(random: Prng, key: KeyPlan): { key: KeyPlan; forced: boolean } {
  switch (random.pick(mayRotate(key) ? (["rotate", "rotate", ...OTHERWISE] as const) : OTHERWISE)) {
    case "rotate":
      return { key: rotated(key), forced: false };
    case "type":
      return { key: { ...key, type: key.type === "private" ? "public" : "private" }, forced: false };
    case "prefix":
      return { key: { ...key, namePrefix: `p${random.int(100, 999)}-${key.name}` }, forced: false };
    case "forced":
      return { key, forced: true };
  }
}

function newKey(random: Prng, index: number): KeyPlan {
  const name = `k${String(index).padStart(2, "0")}`;
  const type = random.chance(80) ? "private" : "public";
  const prefixed = random.chance(30) ? { namePrefix: `p${random.int(100, 999)}-${name}` } : {};
  const rotation = { triggers: { count: 0 }, overlap: random.pick(OVERLAPS) };
  return { name, type, ...prefixed, ...(random.chance(60) ? { rotation } : {}) };
}
