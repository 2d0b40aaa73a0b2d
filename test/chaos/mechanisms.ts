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
    anchor: 'return { kind: isWithoutEffect(error) ? "refused" : "lost", reason };',
    instead: 'return { kind: "refused", reason };',
  },
  sweep: {
    file: "provider/api-key/strays.js",
    anchor: "const live = await findLiveKeys(api, unique);",
    instead: "const live = [];",
  },
  "final sweep": {
    file: "provider/api-key/issue.js",
    anchor:
      "const { revoked, keptSeen } = await (0, strays_1.revokeStrays)(context.api, state.uniqueName, state.keyId);",
    instead: "const { revoked, keptSeen } = { revoked: [], keptSeen: true };",
  },
  "settle mark": {
    file: "provider/api-key/issue.js",
    anchor: 'return { kind: "complete", state: { ...made, ...marks("settle", left) } };',
    instead: 'return { kind: "complete", state: made };',
  },
  "partial success": {
    file: "provider/adapter.js",
    anchor:
      "throw Object.assign(new errors_1.KeyError(outcome.reason), { id, properties, reasons: [outcome.reason] });",
    instead: "throw new errors_1.KeyError(outcome.reason);",
  },
  "engine gone": {
    file: "provider/api-key/hand-over.js",
    anchor: "if (!(await context.engine.isGone()))\n        return outcome;",
    instead: "return outcome;",
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
      "refuseWhileLost(context, state, await (0, issue_1.clearUp)(context, uniqueName, (0, pending_1.attemptsOf)(state), keyId));",
    instead: ";",
  },
  "proof before gone": {
    file: "provider/api-key/absence.js",
    anchor: "async function proveGone(context, state) {",
    instead: "async function proveGone() {\n    return [];\n}\nasync function unused(context, state) {",
  },
  "account guard": {
    file: "provider/account.js",
    anchor: "if (expected === undefined || expected === actual)",
    instead: "if (true)",
  },
  "orphans command": {
    file: "recovery/orphans.js",
    anchor: "orphans.set(key.id, orphan(recorded, key));",
    instead: "",
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
