import { GRACE_MS } from "../api-key/journal";
import type { Expected } from "./expected";
import type { PluginOutput } from "./plugin-output";
import { type SweptAfterDeath, sweepAfterDeath, type Timing } from "./sweep-after-death";

/** The watchdog's process. */
export interface Host extends Timing {
  /** Runs `act` after this many milliseconds, if the process still runs. */
  readonly later: (milliseconds: number, act: () => void) => void;
}

/** Time for the last look, in milliseconds. */
const LAST_LOOK_MS = 5_000;

/**
 * Revokes the keys of the plugin's requests. Meanwhile it holds the plugin's output, so that a container does not end before
 * that is done, but no longer than a request can take effect. After that it continues without output.
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
    `warning: The provider's process ended while it was creating ${quoted(names)}. The watchdog now looks for keys with that ` +
    `name and revokes them, for at most ${Math.round(limit / 1000)} seconds.`
  );
}

function ended(name: string, { revoked, problem }: SweptAfterDeath): string {
  if (problem !== undefined)
    return (
      `error: The watchdog could not look for the key "${name}": ${problem} If PayEngine's dashboard shows a key with that ` +
      "name, revoke it there."
    );
  const what = revoked > 0 ? `The key "${name}" was found and revoked.` : `No key "${name}" was created.`;
  return `${what} Run \`pulumi up\` again.`;
}

function unfinished(names: ReadonlySet<string>): string {
  return (
    `warning: The watchdog has not finished with ${quoted(names)} and continues in the background. If a container ends with ` +
    "this command, look for keys with that name in PayEngine's dashboard and revoke them there."
  );
}

function quoted(names: ReadonlySet<string>): string {
  return [...names].map((name) => `"${name}"`).join(", ");
}
