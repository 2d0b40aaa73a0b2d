import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { messageOf } from "../../provider/payengine/errors";
import { runPulumi } from "../../recovery/pulumi/run-pulumi";
import { type Finding, fail, pass } from "./finding";

const LEAST_NODE = "20.18.1";
const LEAST_PULUMI = "3.216.0";
const LIMIT_MS = 60_000;

/** Checks that depend on no stack or account. @param cwd folder of the Pulumi project. */
export async function machineFindings(cwd: string): Promise<Finding[]> {
  return [
    node(process.versions.node),
    await cli(cwd),
    sdk(cwd),
    provider(cwd),
    checkpoints(process.env.PULUMI_SKIP_CHECKPOINTS),
  ];
}

function node(version: string): Finding {
  if (isAtLeast(version, LEAST_NODE)) return pass("node", `Node ${version}`);
  return fail("node", `Node ${version}`, `install Node ${LEAST_NODE} or later`);
}

async function cli(cwd: string): Promise<Finding> {
  const todo = `install Pulumi's CLI ${LEAST_PULUMI} or later: https://www.pulumi.com/docs/install/`;
  try {
    const how = { command: "pulumi", cwd, env: process.env };
    const version = (await runPulumi(how, ["version"], LIMIT_MS)).trim().replace(/^v/, "");
    const found = `Pulumi CLI ${version || "of unknown version"}`;
    return isAtLeast(version, LEAST_PULUMI) ? pass("pulumi cli", found) : fail("pulumi cli", found, todo);
  } catch (error) {
    return fail("pulumi cli", messageOf(error), todo);
  }
}

function sdk(cwd: string): Finding {
  const todo = `run \`npm install @pulumi/pulumi@^${LEAST_PULUMI}\` in ${cwd}`;
  try {
    const { version } = JSON.parse(readFileSync(resolveFrom(cwd, "@pulumi/pulumi/package.json"), "utf8"));
    const found = `@pulumi/pulumi ${version}`;
    return isAtLeast(version, LEAST_PULUMI) ? pass("pulumi sdk", found) : fail("pulumi sdk", found, todo);
  } catch {
    return fail("pulumi sdk", `${cwd} cannot load @pulumi/pulumi`, todo);
  }
}

/** Pulumi's plugin process loads the provider from the project's folder. */
function provider(cwd: string): Finding {
  try {
    resolveFrom(cwd, "pulumi-payengine/provider");
    return pass("package", `${cwd} loads pulumi-payengine`);
  } catch {
    const todo = "run `npm install pulumi-payengine` there (pnpm add, yarn add)";
    return fail("package", `${cwd} cannot load pulumi-payengine`, todo);
  }
}

function checkpoints(variable: string | undefined): Finding {
  const check = "checkpoints";
  if (variable === undefined || /^(|0|f|false)$/i.test(variable)) {
    return pass(check, "Pulumi writes state before each step");
  }
  return fail(
    check,
    "PULUMI_SKIP_CHECKPOINTS is set, so a crash can leave a key that is not in state",
    "unset PULUMI_SKIP_CHECKPOINTS",
  );
}

function resolveFrom(cwd: string, name: string): string {
  return createRequire(join(cwd, "index.js")).resolve(name);
}

/** Compares versions by their numbers; ignores what follows a hyphen or plus. */
export function isAtLeast(version: string, least: string): boolean {
  const [actual, wanted] = [version, least].map((it) => (it.split(/[-+]/)[0] ?? "").split(".").map(Number));
  for (const [index, number] of (wanted ?? []).entries()) {
    const other = actual?.[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}
