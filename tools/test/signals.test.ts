import { existsSync } from "node:fs";
import { join } from "node:path";
import { hasEnded, linesOf, until, useMachine } from "./fake-machine";

const given = useMachine();

/** Runs a shell script as a step that a signal can end. */
const RUN_STEP = `
import { writeFileSync } from "node:fs";
import { endOnSignals, runStep } from "./processes.mjs";
const [script, cleanedUp] = process.argv.slice(1);
endOnSignals({ graceMs: 500, cleanUp: async () => writeFileSync(cleanedUp, "") });
const step = { title: "The step", log: () => {}, limitMs: 60_000 };
await runStep("/bin/sh", ["-c", script], step).catch((error) => console.error(error.message));`;

/** Ends a script that runs as a step with a signal, after the script writes a line. */
async function signalled(script: string, signal: NodeJS.Signals) {
  const { machine } = given;
  const [journal, cleanedUp] = [join(machine.root, "journal"), join(machine.root, "cleaned-up")];
  Object.assign(machine.env, { JOURNAL: journal, PATH: "/usr/bin:/bin" });
  const { child, ended } = machine.start(RUN_STEP, script, cleanedUp);
  await until(() => linesOf(journal).join().length > 0);
  child.kill(signal);
  const { code } = await ended;
  return { code, said: linesOf(journal), cleanedUp: existsSync(cleanedUp) };
}

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s lets what runs end by itself, once, then cleans up",
  async (signal) => {
    const script = 'trap "echo interrupted >>$JOURNAL; exit 1" INT; echo started >>$JOURNAL; sleep 30 & wait';

    expect(await signalled(script, signal)).toEqual({
      code: 130,
      said: ["started", "interrupted"],
      cleanedUp: true,
    });
  },
);

it("a signal ends a process that ignores it, and its children", async () => {
  const stubborn = 'trap "" INT; sleep 30 & echo $$ $! >>$JOURNAL; while :; do wait; done';

  const { code, said, cleanedUp } = await signalled(stubborn, "SIGINT");

  expect({ code, cleanedUp }).toEqual({ code: 130, cleanedUp: true });
  const pids = (said[0] ?? "").split(" ").map(Number);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await until(() => hasEnded(pid));
});
