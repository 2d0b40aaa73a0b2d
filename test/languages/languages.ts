import { readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pluginSettings } from "../e2e/harness/native-face";
import type { Toolbox } from "./set-up";

/** What the test's setup has made. */
export function toolbox(): Toolbox {
  const folder = process.env.PAYENGINE_E2E_INSTALLED ?? "";
  return JSON.parse(readFileSync(join(folder, "toolbox.json"), "utf8"));
}

/** Pulumi's name for a language that programs are written in. */
export type Runtime = "yaml" | "python" | "go" | "nodejs";

/** The environment in which the CLI runs programs of a language. */
export function environmentOf(runtime: Runtime): Record<string, string> {
  const { hosts, python, pythonPackages, goEnv } = toolbox();
  const cli = process.env.PAYENGINE_E2E_CLI ?? "";
  const system = [cli, hosts, dirname(process.execPath), "/usr/bin", "/bin"];
  // Pulumi's Python host runs the first `python`, whatever the project says of virtual environments.
  if (runtime === "python") return { PATH: [python, ...system].join(delimiter), PYTHONPATH: pythonPackages };
  if (runtime === "go")
    return { PATH: [...system, join(goEnv.GOROOT ?? "", "bin")].join(delimiter), ...goEnv };
  return { PATH: system.join(delimiter) };
}

/** The project file of a program. @param settings more of it */
export function projectFile(runtime: Runtime, settings = ""): string {
  return `name: shop\nruntime: ${runtime}\n${pluginSettings()}${settings}`;
}
