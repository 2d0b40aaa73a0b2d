import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

interface Patch {
  readonly file: string;
  /** Stands in the built file exactly once, or the patch has lost its aim. */
  readonly anchor: string;
  readonly instead: string;
}

/**
 * How each recovery mechanism is taken out of a copy of the installed package. The product itself has no switches: a
 * switch could be left on.
 */
export const MECHANISMS = {
  "lost answers": {
    file: "provider/api-key/post.js",
    anchor: '(0, retry_policy_1.isWithoutEffect)(error) ? "refused" : "lost", reason:',
    instead: '"refused", reason:',
  },
  sweep: {
    file: "provider/api-key/strays.js",
    anchor: "const live = await findLiveKeys(client, unique);",
    instead: "const live = [];",
  },
  "final sweep": {
    file: "provider/api-key/settle.js",
    anchor:
      "const cleared = await clearUp(context, state.uniqueName, attempts, (0, pending_1.keysInUse)(settled));",
    instead: "const cleared = { attempts, kept: [state.keyId], revoked: [] };",
  },
  "settle mark": {
    file: "provider/api-key/settle.js",
    anchor: 'return { ...settled, ...(0, pending_1.remembered)(left, state.name, "settle") };',
    instead: "return settled;",
  },
  "partial success": {
    file: "provider/adapter.js",
    anchor:
      "throw Object.assign(new key_error_1.KeyError(outcome.reason), { id, properties, reasons: [outcome.reason] });",
    instead: "throw new key_error_1.KeyError(outcome.reason);",
  },
  "engine gone": {
    file: "provider/api-key/make.js",
    anchor: "const { key, attempts } = issued;",
    instead:
      "const { key, attempts } = issued;\n    context = { ...context, engine: { isGone: async () => false } };",
  },
  watchdog: {
    file: "provider/watchdog/clear-up.js",
    anchor: "async function clearUpAfter({ now, sleep }, { uniqueName, settings, posts }) {",
    instead:
      "async function clearUpAfter() { }\nasync function unused({ now, sleep }, { uniqueName, settings, posts }) {",
  },
  "delete hold-back": {
    file: "provider/adapter.js",
    anchor: "refuseAfterFailure(state, failedKey);",
    instead: "",
  },
  "delete sweep": {
    file: "provider/api-key/delete.js",
    anchor:
      "const { attempts, revoked } = await (0, settle_1.clearUp)(context, state.uniqueName, (0, pending_1.attemptsOf)(state), []);\n    await (0, place_1.provePlace)(context, state, revoked);\n    refuseWhileLost(context, state, attempts);",
    instead: ";",
  },
  "rotation sweep": {
    file: "provider/api-key/rotate.js",
    anchor:
      "const { attempts, kept } = await (0, settle_1.clearUp)(context, inUse.uniqueName, (0, pending_1.attemptsOf)(inUse), keep);",
    instead: "const attempts = (0, pending_1.attemptsOf)(inUse), kept = keep;",
  },
  "proof before gone": {
    file: "provider/api-key/absence.js",
    anchor: "async function proveGone(context, state) {",
    instead: "async function proveGone() {\n    return [];\n}\nasync function unused(context, state) {",
  },
  "right place": {
    file: "provider/api-key/absence.js",
    anchor: "if (!(await isRightPlace(context, state))) {",
    instead: "if (false) {",
  },
  "orphans command": {
    file: "recovery/orphans/find-orphans.js",
    anchor: "found.set(key.id, { orphan: orphanOf(recorded, key), account });",
    instead: ";",
  },
} as const satisfies Record<string, Patch>;

export type Mechanism = keyof typeof MECHANISMS;

/** @throws Error where the built file no longer holds what is to be taken out. */
export async function applyMechanismOff(mechanism: Mechanism, dist: string): Promise<void> {
  const { file, anchor, instead } = MECHANISMS[mechanism];
  const path = join(dist, file);
  const text = await readFile(path, "utf8");
  const parts = text.split(anchor);
  if (parts.length !== 2) {
    throw new Error(
      `"${mechanism}" cannot be switched off: ${file} holds its anchor ${parts.length - 1} times`,
    );
  }
  await writeFile(path, parts.join(instead));
}
