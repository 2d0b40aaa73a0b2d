import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lifecycleParts, lifecycleTables, plotted } from "./lifecycle-report";
import {
  median,
  type Part,
  type Results,
  type StacksResult,
  type StartResult,
  type StepResult,
} from "./results";
import { about, distinct, medianOf, ratio, resultsOf, short, table } from "./tables";

/** Writes the tables between their marks in docs/development/benchmarks.md, and the plot in the same folder. */
export function writeReport(docs: string): void {
  const results: Results = JSON.parse(readFileSync(join(docs, "performance.json"), "utf8"));
  const parts = lifecycleParts(results);
  const tables: Record<string, string> = {
    lifecycle: lifecycleTables(parts),
    network: results.network ? networkTable(results.network) : "",
    starts: results.starts ? startsTable(results.starts) : "",
    throughput: results.throughput ? throughputTable(results.throughput) : "",
    stacks: results.stacks ? stacksTable(results.stacks) : "",
  };
  const file = join(docs, "benchmarks.md");
  let text = readFileSync(file, "utf8");
  for (const [name, table] of Object.entries(tables)) {
    const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [start, end] = [text.indexOf(before), text.indexOf(after)];
    if (start < 0 || end < start)
      throw new Error(`docs/development/benchmarks.md has no marks ${before} and ${after}`);
    text = `${text.slice(0, start + before.length)}\n${table}\n${text.slice(end)}`;
  }
  writeFileSync(file, text);
  if (parts.length === 0) return;
  execFileSync(process.execPath, [join(__dirname, "plot.mjs"), join(docs, "performance.svg")], {
    input: JSON.stringify(plotted(parts)),
    stdio: ["pipe", "inherit", "inherit"],
  });
}

function networkTable(part: Part<StepResult>): string {
  const { results } = part;
  const rows = distinct(results.map(({ step }) => step)).map((step) => {
    const own = resultsOf(results, step, "payengine");
    const passed = median(own.map(({ calls, refused }) => calls - refused));
    const seconds = medianOf(own, "seconds");
    const calling = medianOf(own, "callsSeconds");
    const limit = step.includes("20 requests") ? passed / 20 : Number.NaN;
    return [
      step,
      short(seconds),
      short(medianOf(resultsOf(results, step, "hand-written"), "seconds")),
      short(passed),
      short(medianOf(own, "refused")),
      short(calling),
      short(limit),
      ratio(calling, limit),
    ];
  });
  const [keys] = results.map((it) => it.keys);
  const head = [
    `${keys} keys`,
    "this provider, s",
    "hand-written, s",
    "requests",
    "refused",
    "first to last request, s",
    "minimum under the limit, s",
    "× minimum",
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
  return [about(part), table(["module", "ms", "modules loaded", "compared with", "ms", "×"], rows)].join(
    "\n\n",
  );
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
  const head = ["concurrent requests", "this client, requests/s", "undici alone, requests/s", "×"];
  return [about(part), table(head, rows)].join("\n\n");
}

function stacksTable(part: Part<StacksResult>): string {
  const { results } = part;
  const sizes = distinct(results.map(({ stacks }) => stacks));
  const rows = distinct(results.map(({ command }) => command)).flatMap((command) =>
    sizes.map((stacks) => {
      const own = results.filter((it) => it.command === command && it.stacks === stacks);
      const middle = (field: "keys" | "seconds" | "cpuSeconds" | "commandMiB" | "cliMiB" | "calls") =>
        short(median(own.map((it) => it[field])));
      return [
        command,
        String(stacks),
        middle("keys"),
        middle("seconds"),
        middle("cpuSeconds"),
        middle("commandMiB"),
        middle("cliMiB"),
        middle("calls"),
      ];
    }),
  );
  const head = ["command", "stacks", "keys", "s", "CPU s", "command, MiB", "CLI processes, MiB", "requests"];
  return [about(part), table(head, rows)].join("\n\n");
}
