import type { Part, Results, StepResult } from "./results";
import { SUBJECTS, type Subject } from "./stack";
import { about, distinct, medianOf, ratio, resultsOf, short, TITLES, table } from "./tables";

/** What was measured with so many keys: the life of stacks and, where it was measured, rotation. */
interface Measured {
  readonly keys: number;
  readonly life: Part<StepResult>;
  readonly rotation: Part<StepResult> | undefined;
}

/** From few keys to many. */
export function lifecycleParts(results: Results): Measured[] {
  const sizes = Object.keys(results).flatMap((name) => /^lifecycle-(\d+)$/.exec(name)?.[1] ?? []);
  return sizes
    .map(Number)
    .sort((a, b) => a - b)
    .map((keys) => ({ keys, life: results[`lifecycle-${keys}`], rotation: results[`rotation-${keys}`] }));
}

export function lifecycleTables(parts: readonly Measured[]): string {
  return [...parts.map(timesTable), sizesTable(parts)].join("\n\n");
}

function timesTable(measured: Measured): string {
  const { keys, life, rotation } = measured;
  const results = allOf(measured);
  const rows = distinct(results.map(({ step }) => step)).map((step) => {
    const seconds = (subject: Subject) => medianOf(resultsOf(results, step, subject), "seconds");
    const [own, floor, byHand] = [seconds("payengine"), seconds("floor"), seconds("hand-written")];
    const calls = medianOf(resultsOf(results, step, "payengine"), "calls");
    const figures = [own, floor, byHand].map(short);
    return [step, ...figures, ratio(own, floor), ratio(own, byHand), short(calls / keys)];
  });
  const head = ["this provider, s", "floor, s", "by hand, s", "× floor", "× by hand", "calls a key"];
  const captions = [`Seconds: ${captionOf(life)}`];
  if (rotation && rotation.command !== life.command) captions.push(`Rotation: ${captionOf(rotation)}`);
  return [...captions, table([titleOf(keys), ...head], rows)].join("\n\n");
}

function allOf({ life, rotation }: Measured): StepResult[] {
  return [...life.results, ...(rotation?.results ?? [])];
}

function captionOf(part: Part<StepResult>): string {
  const rounds = distinct(part.results.map(({ round }) => round)).length;
  return `${rounds === 1 ? "one round" : `medians of ${rounds} rounds`} of ${about(part)}`;
}

/** What one key more adds to state is the difference to the stack with the fewest keys, which counts all else. */
function sizesTable(parts: readonly Measured[]): string {
  const upsOf = ({ life }: Measured, subject: Subject) => resultsOf(life.results, "up", subject);
  const rows = parts.flatMap((measured) =>
    SUBJECTS.map((subject) => {
      const ups = upsOf(measured, subject);
      const [least = measured] = parts;
      const bytes = medianOf(ups, "stateBytes");
      const more = bytes - medianOf(upsOf(least, subject), "stateBytes");
      return [
        String(measured.keys),
        TITLES[subject],
        short(bytes),
        short(more / (measured.keys - least.keys)),
        short(medianOf(ups, "providerBytes")),
        short(medianOf(ups, "programMiB")),
        short(medianOf(ups, "pluginMiB")),
      ];
    }),
  );
  const head = ["keys", "", "bytes of state", "bytes a key", "of these `__provider`, once"];
  return table([...head, "program, MiB", "plugin, MiB"], rows);
}

/** Seconds by subject, for each size and command. */
export function plotted(parts: readonly Measured[]) {
  return parts.map((measured) => {
    const results = allOf(measured);
    const steps = distinct(results.map(({ step }) => step)).filter((step) => !step.includes(","));
    const series = SUBJECTS.map((subject) => ({
      name: TITLES[subject],
      seconds: steps.map((step) => medianOf(resultsOf(results, step, subject), "seconds")),
    }));
    return { title: titleOf(measured.keys), steps, series };
  });
}

function titleOf(keys: number): string {
  return `${keys} key${keys === 1 ? "" : "s"}`;
}
