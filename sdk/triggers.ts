import * as pulumi from "@pulumi/pulumi";
import type { RotationArgs } from "./api-key-args";

/**
 * Refuses triggers that are not JSON: they reach the engine as an empty object or not at all, so a change would be missed.
 *
 * @throws pulumi.RunError that names the value by its path; for an Output, once it is known.
 */
export function withComparableTriggers(
  key: string,
  rotation: pulumi.Input<RotationArgs> | undefined,
): pulumi.Input<RotationArgs> | undefined {
  return later(rotation, (known) => {
    if (typeof known !== "object" || known === null || known.triggers === undefined) return known;
    return { ...known, triggers: comparable(known.triggers, `ApiKey "${key}": rotation.triggers`) };
  }) as typeof rotation;
}

function comparable(value: unknown, path: string): unknown {
  return later(value, (known) => {
    if (Array.isArray(known)) return known.map((item, index) => comparable(item, `${path}[${index}]`));
    if (isPlainObject(known)) {
      if (Object.hasOwn(known, DROPPED)) {
        throw new pulumi.RunError(`${path} has a property ${DROPPED}, which Pulumi drops; rename it`);
      }
      const fields = Object.entries(known).map(([name, field]) => [
        name,
        comparable(field, `${path}.${name}`),
      ]);
      return Object.fromEntries(fields);
    }
    if (isComparable(known)) return known;
    throw new pulumi.RunError(
      `${path} is ${kindOf(known)}. Pulumi cannot detect its changes, so the key would never rotate. Use strings, numbers, ` +
        `booleans, or arrays and plain objects of them${ADVICE[kindOf(known)] ?? ""}`,
    );
  });
}

/** Pulumi's Node SDK copies properties by assignment, which sets the prototype instead. */
const DROPPED = "__proto__";

/** Runs the step now, or once an Output or Promise is known. */
function later<T>(value: pulumi.Input<T>, step: (known: T) => unknown): unknown {
  if (pulumi.Output.isInstance(value)) return value.apply((known) => step(known as T));
  return value instanceof Promise ? value.then(step) : step(value as T);
}

/** Works for objects of other realms too: compares the prototype chain, not the constructor. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isComparable(value: unknown): boolean {
  return value == null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}

/** The kind of a value, never the value: it may be a secret. */
function kindOf(value: unknown): string {
  if (typeof value === "object") return `a ${value?.constructor?.name || "class instance"}`;
  return typeof value === "number" ? String(value) : `a ${typeof value}`;
}

const ADVICE: Readonly<Record<string, string>> = {
  "a Date": ", for example its toISOString()",
  "a Map": ", for example Object.fromEntries(map)",
  "a Set": ", for example a sorted array of its values",
  "a bigint": ", for example its toString()",
};
