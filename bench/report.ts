import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { median, type Part, type Results, type StartResult, type StepResult } from "./results";
import { SUBJECTS, type Subject } from "./stack";

/** Writes the tables into docs/performance.md, between their marks, and the plot beside it. */
export function writeReport(docs: string): void {
  const results: Results = JSON.parse(readFileSync(join(docs, "performance.json"), "utf8"));
  const tables: Record<string, string> = {
    lifecycle: results.lifecycle ? lifecycleTables(results.lifecycle) : "",
    network: results.network ? networkTable(results.network) : "",
    starts: results.starts ? startsTable(results.starts) : "",
    throughput: results.throughput ? throughputTable(results.throughput) : "",
  };
  const file = join(docs, "performance.md");
  let text = readFileSync(file, "utf8");
  for (const [name, table] of Object.entries(tables)) {
    const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [start, end] = [text.indexOf(before), text.indexOf(after)];
    if (start < 0 || end < start)
      throw new Error(`docs/performance.md lacks the marks ${before} and ${after}`);
    text = `${text.slice(0, start + before.length)}\n${table}\n${text.slice(end)}`;
  }
  writeFileSync(file, text);
  if (!results.lifecycle) return;
  const series = JSON.stringify(plotted(results.lifecycle.results));
  execFileSync(process.execPath, [join(__dirname, "plot.mjs"), join(docs, "performance.svg")], {
    input: series,
    stdio: ["pipe", "inherit", "inherit"],
  });
}

const TITLES: Readonly<Record<Subject, string>> = {
  payengine: "this provider",
  floor: "floor",
  "hand-written": "by hand",
};

/** Steps and sizes in the order in which they were measured. */
function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function of(results: readonly StepResult[], keys: number, step: string, subject: Subject): StepResult[] {
  return results.filter((it) => it.keys === keys && it.step === step && it.subject === subject);
}

function medianOf(results: readonly StepResult[], field: keyof StepResult): number {
  return median(results.map((it) => Number(it[field])));
}

function lifecycleTables(part: Part<StepResult>): string {
  const { results } = part;
  const sizes = distinct(results.map(({ keys }) => keys));
  const steps = distinct(results.map(({ step }) => step));
  const times = sizes.flatMap((keys) =>
    steps.map((step) => {
      const seconds = (subject: Subject) => medianOf(of(results, keys, step, subject), "seconds");
      const [own, floor, byHand] = [seconds("payengine"), seconds("floor"), seconds("hand-written")];
      const calls = medianOf(of(results, keys, step, "payengine"), "calls");
      const cells = [keys, step, own, floor, byHand].map((it) => (typeof it === "number" ? short(it) : it));
      return [...cells, ratio(own, floor), ratio(own, byHand), short(calls / keys)];
    }),
  );
  const sizesOf = sizes.flatMap((keys) =>
    SUBJECTS.map((subject) => {
      const ups = of(results, keys, "up", subject);
      const empty = 600;
      return [
        String(keys),
        TITLES[subject],
        short((medianOf(ups, "stateBytes") - empty) / keys),
        short(medianOf(ups, "providerBytes")),
        short(medianOf(ups, "programMiB")),
        short(medianOf(ups, "pluginMiB")),
      ];
    }),
  );
  return [
    about(part),
    table(
      [
        "keys",
        "command",
        "this provider, s",
        "floor, s",
        "by hand, s",
        "× floor",
        "× by hand",
        "calls a key",
      ],
      times,
    ),
    table(
      ["keys", "", "bytes of state a key", "bytes of `__provider`", "program, MiB", "plugin, MiB"],
      sizesOf,
    ),
  ].join("\n\n");
}

function networkTable(part: Part<StepResult>): string {
  const { results } = part;
  const rows = distinct(results.map(({ step }) => step)).map((step) => {
    const own = of(results, 100, step, "payengine");
    const passed = median(own.map(({ calls, refused }) => calls - refused));
    const seconds = medianOf(own, "seconds");
    const calling = medianOf(own, "callsSeconds");
    const limit = step.includes("20 calls") ? passed / 20 : Number.NaN;
    return [
      step,
      short(seconds),
      short(medianOf(of(results, 100, step, "hand-written"), "seconds")),
      short(passed),
      short(medianOf(own, "refused")),
      short(calling),
      short(limit),
      ratio(calling, limit),
    ];
  });
  const head = [
    "100 keys",
    "this provider, s",
    "by hand, s",
    "calls",
    "refused",
    "first to last call, s",
    "the limit allows, s",
    "× that",
  ];
  return [about(part), table(head, rows)].join("\n\n");
}

function startsTable(part: Part<StartResult>): string {
  const { results } = part;
  const of = (loads: string) => results.filter((it) => it.loads === loads);
  const milliseconds = (loads: string) => median(of(loads).map((it) => it.milliseconds));
  const row = (loads: string, beside: string) => [
    `\`${loads}\``,
    short(milliseconds(loads)),
    String(of(loads)[0]?.modules),
    `\`${beside}\``,
    short(milliseconds(beside)),
    ratio(milliseconds(loads), milliseconds(beside)),
  ];
  const rows = [row("pulumi-payengine/provider", "undici"), row("pulumi-payengine", "@pulumi/pulumi")];
  return [about(part), table(["loading", "ms", "modules", "beside", "ms", "×"], rows)].join("\n\n");
}

function throughputTable(part: NonNullable<Results["throughput"]>): string {
  const { results } = part;
  const rows = distinct(results.map(({ concurrency }) => concurrency)).map((concurrency) => {
    const rate = (client: string) =>
      median(
        results
          .filter((it) => it.client === client && it.concurrency === concurrency)
          .map((it) => it.callsPerSecond),
      );
    const [own, raw] = [rate("pulumi-payengine"), rate("undici")];
    return [String(concurrency), short(own), short(raw), ratio(own, raw)];
  });
  const head = ["calls at a time", "this client, calls/s", "undici alone, calls/s", "×"];
  return [about(part), table(head, rows)].join("\n\n");
}

/** Seconds by subject, for each size and command. */
function plotted(results: readonly StepResult[]) {
  const steps = distinct(results.map(({ step }) => step)).filter((step) => !step.includes(","));
  return distinct(results.map(({ keys }) => keys)).map((keys) => ({
    title: `${keys} key${keys === 1 ? "" : "s"}`,
    steps,
    series: SUBJECTS.map((subject) => ({
      name: TITLES[subject],
      seconds: steps.map((step) => medianOf(of(results, keys, step, subject), "seconds")),
    })),
  }));
}

function about({ command, date, machine, versions }: Part<unknown>): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `\`${command}\`, ${date}, on ${machine}; ${used.join(", ")}. Medians.`;
}

function ratio(a: number, b: number): string {
  return Number.isFinite(a / b) ? (a / b).toFixed(2) : "-";
}

function short(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toFixed(value < 10 ? 2 : 1)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
