import { readFile, rename, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** What a module exports: functions and classes. */
// biome-ignore lint/suspicious/noExplicitAny: a mechanism may have any signature.
type Exports = Record<string, any>;

interface Mechanism {
  /** The module whose exports are the seam. Its source marks them with `@mechanism` and the mechanism's name. */
  readonly module: string;
  /**
   * The exports that replace them. It runs instead of the built module, so it uses only its arguments.
   *
   * @param whole the module's exports.
   * @param load loads another module, relative to it.
   */
  readonly without: (whole: Exports, load: (path: string) => Exports) => Exports;
}

/**
 * How to remove each recovery mechanism from a copy of the installed package: another module replaces the one that exports
 * it. The product itself has no switches, because a switch could be left on.
 */
export const MECHANISMS = {
  "lost answers": {
    module: "provider/api-key/send-key",
    without: ({ sendKey }) => ({
      async sendKey(...args: unknown[]) {
        const sent = await sendKey(...args);
        return sent.kind === "unresolved" ? { ...sent, kind: "refused" } : sent;
      },
    }),
  },
  sweep: {
    module: "provider/payengine/key-list",
    without: () => ({ listLiveKeys: async () => [] }),
  },
  "final sweep": {
    module: "provider/api-key/sweep",
    without: (_whole, load) => ({
      async reconcile(context: unknown, _unique: string, key: { name: string }, journal: unknown) {
        const done = { journal: { latestName: key.name, unresolvedNames: [] }, pendingAction: undefined };
        const isOpen = load("./journal").mayStillAppear(context, journal);
        return isOpen ? { journal, pendingAction: "reconcile" } : done;
      },
    }),
  },
  "reconcile mark": {
    module: "provider/api-key/sweep",
    without: ({ reconcile }) => ({
      async reconcile(...args: [unknown, string, { name: string }]) {
        await reconcile(...args);
        return { journal: { latestName: args[2].name, unresolvedNames: [] }, pendingAction: undefined };
      },
    }),
  },
  "partial success": {
    module: "provider/outputs",
    without: ({ resultOf }, load) => ({
      resultOf(outcome: { kind: string; reason?: string }, ...rest: unknown[]) {
        if (outcome.kind === "complete") return resultOf(outcome, ...rest);
        const { KeyError } = load("./api-key/context");
        throw new KeyError(outcome.reason);
      },
    }),
  },
  "engine gone": {
    module: "provider/engine",
    without: ({ watchEngine }) => ({
      watchEngine: (...args: unknown[]) => ({ ...watchEngine(...args), isGone: async () => false }),
    }),
  },
  watchdog: {
    module: "provider/watchdog/sweep-after-death",
    without: () => ({ sweepAfterDeath: async () => {} }),
  },
  "held output": {
    module: "provider/watchdog/plugin-output",
    without: ({ holdPluginOutput }) => ({
      holdPluginOutput(descriptor: number) {
        const output = holdPluginOutput(descriptor);
        output.letGo();
        return output;
      },
    }),
  },
  "delete hold-back": {
    module: "provider/process-memory",
    without: ({ ProcessMemory }) => ({
      ProcessMemory: class extends ProcessMemory {
        refuseDeleteAfterFailure() {}
      },
    }),
  },
  "delete sweep": {
    module: "provider/api-key/delete",
    without: ({ revokeAll }, load) => ({
      revokeAll: (context: unknown, state: unknown, held: unknown) =>
        load("./journal").lacksKey(state)
          ? load("./rotation").revokePrevious(context, state, held)
          : revokeAll(context, state, held),
    }),
  },
  "rotation sweep": {
    module: "provider/api-key/sweep",
    without: (_whole, load) => ({
      async sweepBeside(_context: unknown, state: unknown) {
        const { journalOf, keysInUse } = load("./journal");
        return { journal: journalOf(state), kept: keysInUse(state), revoked: [] };
      },
    }),
  },
  "proof before gone": {
    module: "provider/api-key/proof",
    without: () => ({ proveGone: async () => [] }),
  },
  "right place": {
    module: "provider/api-key/proof",
    without: ({ proveGone }, load) => ({
      proveGone(context: { settings: { apiUrl: string; credential: string } }, state: object) {
        const { apiUrl, credential } = context.settings;
        const credentialFingerprint = load("../payengine/key-value").shortFingerprint(credential);
        return proveGone(context, { ...state, apiUrl, credentialFingerprint });
      },
    }),
  },
  "orphans command": {
    module: "recovery/orphans/find-orphans",
    without: ({ lookForOrphans }) => ({
      async lookForOrphans(...args: unknown[]) {
        const findings = await lookForOrphans(...args);
        return { ...findings, found: [], report: { ...findings.report, orphans: [] } };
      },
    }),
  },
} as const satisfies Record<string, Mechanism>;

export type MechanismName = keyof typeof MECHANISMS;

const REPOSITORY = join(__dirname, "../..");

/**
 * Replaces a built module with one that lacks the mechanism.
 *
 * @throws Error if the source does not name the mechanism, or the module no longer has the export to replace.
 */
export async function applyMechanismOff(mechanism: MechanismName, dist: string): Promise<void> {
  const { module, without }: Mechanism = MECHANISMS[mechanism];
  const source = await readFile(join(REPOSITORY, `${module}.ts`), "utf8");
  if (!new RegExp(`@mechanism ${mechanism}( \\*/)?$`, "m").test(source))
    throw new Error(`"${mechanism}" cannot be taken out: ${module}.ts does not name it`);
  const path = join(dist, `${module}.js`);
  const whole = join(dist, `${module}.whole.js`);
  await rename(path, whole);
  const text = `const whole = require(${JSON.stringify(`./${relative(join(path, ".."), whole)}`)});
const replaced = (${String(without)})(whole, require);
for (const name of Object.keys(replaced))
  if (typeof whole[name] !== "function") throw new Error(\`${module} does not export \${name}\`);
module.exports = { ...whole, ...replaced };
`;
  await writeFile(path, text);
}
