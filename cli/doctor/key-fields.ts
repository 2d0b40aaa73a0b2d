import { z } from "zod";
import { PayEngineKey } from "../../provider/payengine-api";
import { type Finding, fail, pass, skip } from "./finding";

/** What to do when an account answers otherwise than the contract. */
export const REPORT_IT =
  "this account answers otherwise than this version expects: create no keys with it, and report this output (it holds " +
  "no values) at the project's issues";

const { id, name, type, status, lastUsedAt, redactedKey } = PayEngineKey.shape;
const FIELDS = {
  id,
  name,
  type,
  status,
  createdAt: z.iso.datetime({ offset: true }),
  lastUsedAt,
  redactedKey,
};

/**
 * Holds each field of the contract against keys as they came over the wire.
 *
 * @param where what the keys were found in, such as "list".
 */
export function fieldFindings(where: string, keys: readonly unknown[]): Finding[] {
  return Object.entries(FIELDS).map(([field, schema]) => {
    const check = `${where}: ${field}`;
    if (keys.length === 0) return skip(check, "there is no key to look at");
    const wrong = keys.map((key) => problemOf(schema, Object(key)[field])).filter((it) => it !== undefined);
    if (wrong.length === 0) return pass(check, `as the contract has it, on ${keysOf(keys.length)}`);
    return fail(
      check,
      `${[...new Set(wrong)].join(", ")} on ${wrong.length} of ${keysOf(keys.length)}`,
      REPORT_IT,
    );
  });
}

function problemOf(schema: z.ZodType, value: unknown): string | undefined {
  if (schema.safeParse(value).success) return undefined;
  if (value === undefined) return "is missing";
  return typeof value === "string" ? "is not in the contract's form" : `is of type ${typeof value}`;
}

export function keysOf(count: number): string {
  return count === 1 ? "1 key" : `${count} keys`;
}
