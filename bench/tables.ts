import { median, type Part, quantile, type StepResult } from "./results";
import type { Subject } from "./stack";

export const TITLES: Readonly<Record<Subject, string>> = {
  payengine: "this provider",
  native: "native plugin",
  floor: "floor",
  "hand-written": "hand-written",
};

/** Each value once, in order of first appearance. */
export function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** The results of one step for one subject. */
export function resultsOf(results: readonly StepResult[], step: string, subject: Subject): StepResult[] {
  return results.filter((it) => it.step === step && it.subject === subject);
}

export function medianOf(results: readonly StepResult[], field: keyof StepResult): number {
  return median(results.map((it) => Number(it[field])));
}

/** How the figures of a table were measured. */
export function about({ command, date, machine, versions }: Part<unknown>): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `\`${command}\`, ${date}, on ${machine}; ${used.join(", ")}.`;
}

/** The median, with the quartiles from four rounds on. */
export function spread(values: readonly number[], format: (value: number) => string = short): string {
  const middle = format(median(values));
  if (values.length < 4) return middle;
  return `${middle} (${format(quantile(values, 0.25))}–${format(quantile(values, 0.75))})`;
}

/** The ratio of the times of two subjects in each round, with its spread. */
export function times(own: readonly StepResult[], others: readonly StepResult[]): string {
  const ratios = own.flatMap(({ round, seconds }) => {
    const other = others.find((it) => it.round === round);
    return other ? [seconds / other.seconds] : [];
  });
  return spread(ratios, (value) => ratio(value, 1));
}

export function ratio(a: number, b: number): string {
  return Number.isFinite(a / b) ? (a / b).toFixed(2) : "-";
}

export function short(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toFixed(value < 10 ? 2 : 1)));
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
