import type { Part, Results, StepResult } from "./results";
import { SUBJECTS, type Subject } from "./stack";
import { about, distinct, medianOf, ratio, resultsOf, short, TITLES, table } from "./tables";

/** The life of stacks with so many keys. */
interface Measured {
  readonly keys: number;
  readonly part: Part<StepResult>;
}

/** The parts that `bench --only lifecycle` measures, from few keys to many. */
export function lifecycleParts(results: Results): Measured[] {
  const parts = Object.entries(results).flatMap(([name, part]) => {
    const [, keys] = /^lifecycle-(\d+)$/.exec(name) ?? [];
    return keys === undefined ? [] : [{ keys: Number(keys), part: part as Part<StepResult> }];
  });
  return parts.sort((a, b) => a.keys - b.keys);
}

export function lifecycleTables(parts: readonly Measured[]): string {
  return [...parts.map(timesTable), sizesTable(parts)].join("\n\n");
}

function timesTable({ keys, part }: Measured): string {
  const { results } = part;
  const rows = distinct(results.map(({ step }) => step)).map((step) => {
    const seconds = (subject: Subject) => medianOf(resultsOf(results, step, subject), "seconds");
    const [own, floor, byHand] = [seconds("payengine"), seconds("floor"), seconds("hand-written")];
    const calls = medianOf(resultsOf(results, step, "payengine"), "calls");
    const figures = [own, floor, byHand].map(short);
    return [step, ...figures, ratio(own, floor), ratio(own, byHand), short(calls / keys)];
  });
  const head = ["this provider, s", "floor, s", "by hand, s", "× floor", "× by hand", "calls a key"];
  const rounds = distinct(results.map(({ round }) => round)).length;
  const of = rounds === 1 ? "One round" : `Medians of ${rounds} rounds`;
  return `${of}: ${about(part)}\n\n${table([titleOf(keys), ...head], rows)}`;
}

/** What one key more adds to state is the difference to the stack with the fewest keys, which counts all else. */
function sizesTable(parts: readonly Measured[]): string {
  const upsOf = ({ part }: Measured, subject: Subject) => resultsOf(part.results, "up", subject);
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
  return parts.map(({ keys, part: { results } }) => {
    const steps = distinct(results.map(({ step }) => step)).filter((step) => !step.includes(","));
    const series = SUBJECTS.map((subject) => ({
      name: TITLES[subject],
      seconds: steps.map((step) => medianOf(resultsOf(results, step, subject), "seconds")),
    }));
    return { title: titleOf(keys), steps, series };
  });
}

function titleOf(keys: number): string {
  return `${keys} key${keys === 1 ? "" : "s"}`;
}
