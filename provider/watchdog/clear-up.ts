import { GRACE_MS } from "../api-key/journal";
import type { Expected } from "./expected";
import type { PluginOutput } from "./plugin-output";
import { type SweptAfterDeath, sweepAfterDeath, type Timing } from "./sweep-after-death";

/** The watchdog's process. */
export interface Host extends Timing {
  /** Does something in so many milliseconds, if the process still runs then. */
  readonly later: (milliseconds: number, act: () => void) => void;
}

/** What the last look may take, in milliseconds. */
const LAST_LOOK_MS = 5_000;

/**
 * Revokes what the plugin's requests have made or will make, and holds the plugin's output meanwhile, so that a container
 * does not end before that is done; but no longer than a request can take effect. After that it goes on without output.
 */
export async function clearUp(
  host: Host,
  expected: readonly Expected[],
  output: PluginOutput,
): Promise<void> {
  const longest = Math.max(...expected.map(({ settings }) => settings.requestTimeout + GRACE_MS));
  const limit = longest + LAST_LOOK_MS;
  const open = new Set(expected.map(({ uniqueName }) => uniqueName));
  output.say(begun(open, limit));
  host.later(limit, () => {
    output.say(unfinished(open));
    output.letGo();
  });
  const sweeps = expected.map(async (it) => {
    output.say(ended(it.uniqueName, await sweepAfterDeath(host, it)));
    open.delete(it.uniqueName);
  });
  await Promise.all(sweeps);
}

function begun(names: ReadonlySet<string>, limit: number): string {
  return (
    `warning: The provider's process ended while it was creating ${quoted(names)}. The watchdog now looks for keys of that ` +
    `name and revokes them, for ${Math.round(limit / 1000)} seconds at most.`
  );
}

function ended(name: string, { revoked, problem }: SweptAfterDeath): string {
  if (problem !== undefined)
    return (
      `error: The watchdog could not look for the key "${name}": ${problem} If PayEngine's dashboard shows a key of that ` +
      "name, revoke it there."
    );
  const what = revoked > 0 ? `The key "${name}" was found and revoked.` : `No key "${name}" was made.`;
  return `${what} Run \`pulumi up\` again.`;
}

function unfinished(names: ReadonlySet<string>): string {
  return (
    `warning: The watchdog has not finished with ${quoted(names)} and goes on in the background. If a container ends with ` +
    "this command, look for keys of that name in PayEngine's dashboard and revoke them there."
  );
}

function quoted(names: ReadonlySet<string>): string {
  return [...names].map((name) => `"${name}"`).join(", ");
}
