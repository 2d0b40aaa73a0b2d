import type { Part, Results, StepResult } from "./results";
import { SUBJECTS, type Subject } from "./stack";
import { about, distinct, medianOf, resultsOf, short, spread, TITLES, table, times } from "./tables";

/** The results for one number of keys and one CLI: the life of stacks and, if it was measured, rotation. */
interface Measured {
  readonly keys: number;
  readonly cli: string;
  readonly life: Part<StepResult>;
  readonly rotation: Part<StepResult> | undefined;
}

/** By number of keys, then by CLI. */
export function lifecycleParts(results: Results): Measured[] {
  const sizes = Object.keys(results).flatMap((name) => /^lifecycle-(\d+)$/.exec(name)?.[1] ?? []);
  const sorted = sizes.map(Number).sort((a, b) => a - b);
  return sorted.flatMap((keys) => {
    const life = results[`lifecycle-${keys}`];
    const rotation = results[`rotation-${keys}`];
    const clis = distinct(life.results.map(({ cli }) => cli));
    return clis.map((cli) => ({ keys, cli, life: withCli(life, cli), rotation: withCli(rotation, cli) }));
  });
}

function withCli<P extends Part<StepResult> | undefined>(part: P, cli: string): P {
  return part && { ...part, results: part.results.filter((it) => it.cli === cli) };
}

export function lifecycleTables(parts: readonly Measured[]): string {
  return [...parts.map(timesTable), sizesTable(parts)].join("\n\n");
}

function timesTable(measured: Measured): string {
  const { keys, life, rotation } = measured;
  const results = allOf(measured);
  const hasNative = results.some(({ subject }) => subject === "native");
  const rows = distinct(results.map(({ step }) => step)).map((step) => {
    const of = (subject: Subject) => resultsOf(results, step, subject);
    const [own, floor, byHand] = [of("payengine"), of("floor"), of("hand-written")];
    const seconds = [own, floor, byHand].map((it) => spread(it.map((one) => one.seconds)));
    const native = of("native");
    const ofNative = [spread(native.map((one) => one.seconds)), times(native, own)];
    const all = [
      step,
      ...seconds,
      times(own, floor),
      times(own, byHand),
      short(medianOf(own, "calls") / keys),
    ];
    return hasNative ? [...all, ...ofNative] : all;
  });
  const head = [
    "this provider, s",
    "floor, s",
    "hand-written, s",
    "× floor",
    "× hand-written",
    "requests per key",
    ...(hasNative ? ["native plugin, s", "native × this provider"] : []),
  ];
  const captions = [`Seconds: ${captionOf(life)}`];
  if (rotation?.results.length && rotation.command !== life.command)
    captions.push(`Rotation: ${captionOf(rotation)}`);
  return [...captions, table([titleOf(measured), ...head], rows)].join("\n\n");
}

function allOf({ life, rotation }: Measured): StepResult[] {
  return [...life.results, ...(rotation?.results ?? [])];
}

function captionOf(part: Part<StepResult>): string {
  const rounds = distinct(part.results.map(({ round }) => round)).length;
  return `${rounds === 1 ? "one round" : `medians${rounds < 4 ? "" : " (and quartiles)"} of ${rounds} rounds`} of ${about(part)}`;
}

/** The bytes of an added key are the difference from the stack with the fewest keys. */
function sizesTable(parts: readonly Measured[]): string {
  const upsOf = ({ life }: Measured, subject: Subject) => resultsOf(life.results, "up", subject);
  const rows = parts.flatMap((measured) =>
    subjectsIn(measured.life.results).map((subject) => {
      const ups = upsOf(measured, subject);
      const [least = measured] = parts.filter(({ cli }) => cli === measured.cli);
      const bytes = medianOf(ups, "stateBytes");
      const more = bytes - medianOf(upsOf(least, subject), "stateBytes");
      return [
        String(measured.keys),
        measured.cli,
        TITLES[subject],
        short(bytes),
        short(more / (measured.keys - least.keys)),
        short(medianOf(ups, "providerBytes")),
        short(medianOf(ups, "programMiB")),
        short(medianOf(ups, "pluginMiB")),
      ];
    }),
  );
  const head = ["keys", "CLI", "", "bytes of state", "bytes per added key", "bytes of one `__provider`"];
  return table([...head, "program, MiB", "plugin, MiB"], rows);
}

/** Seconds by subject, for each number of keys and each command. */
export function plotted(parts: readonly Measured[]) {
  return parts.map((measured) => {
    const results = allOf(measured);
    const steps = distinct(results.map(({ step }) => step)).filter((step) => !step.includes(","));
    const series = subjectsIn(results).map((subject) => ({
      name: TITLES[subject],
      seconds: steps.map((step) => medianOf(resultsOf(results, step, subject), "seconds")),
    }));
    return { title: titleOf(measured), steps, series };
  });
}

function subjectsIn(results: readonly StepResult[]): Subject[] {
  return SUBJECTS.filter((subject) => results.some((it) => it.subject === subject));
}

function titleOf({ keys, cli }: Pick<Measured, "keys" | "cli">): string {
  return `${keys} key${keys === 1 ? "" : "s"}, CLI ${cli}`;
}
