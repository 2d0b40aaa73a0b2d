import { readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Haystack } from "../../secret-search";
import type { Project } from "./project";

/** The location of a path is the first entry that matches it. */
const PLACES: readonly [place: string, path: RegExp][] = [
  ["state before the last change (`.bak`)", /^backend\/.*\.bak$/],
  ["state", /^backend\/\.pulumi\/stacks\//],
  ["checkpoints", /^backend\/\.pulumi\/backups\//],
  ["history", /^backend\/\.pulumi\/history\//],
  ["the rest of the backend", /^backend\//],
  ["automatic logs", /^home\/logs\//],
  ["the rest of Pulumi's home", /^home\//],
  ["event logs", /^events-\d+\.json$/],
  ["update plans", /^plan[^/]*\.json$/],
  ["the folder for temporary files", /^tmp\//],
  ["the project's files", /^/],
];

/** Links are not followed, as newer Nodes do where they list all that is below a folder. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Where a project's secrets are searched for after each test: every file below its folder, and what the CLI has printed. */
export function placesOf(project: Project): Map<string, Haystack[]> {
  const places = new Map(PLACES.map(([place]): [string, Haystack[]] => [place, []]));
  for (const path of filesBelow(project.folder)) {
    const name = relative(project.folder, path);
    const [place = ""] = PLACES.find(([, pattern]) => pattern.test(name)) ?? [];
    places.get(place)?.push({ path });
  }
  const printed = project.said.flatMap(({ command, stdout, stderr }) => [
    { name: `the output of ${command}`, content: stdout },
    { name: `the error output of ${command}`, content: stderr },
  ]);
  return places.set("what commands print", printed);
}

/** Pulumi's automatic logs of all commands so far, as `pulumi logs decrypt` shows them; none where the CLI writes none. */
export async function decryptedLogs(project: Project, folder = join(project.folder, "home/logs")) {
  const names = await readdir(folder).catch(() => []);
  const logs: { name: string; content: string }[] = [];
  for (const name of names.sort()) {
    const args = ["logs", "decrypt", join(folder, name), "--stack", project.stack];
    const { exitCode, stdout, stderr } = await project.run(args, { showsSecrets: true });
    if (exitCode !== 0) throw new Error(`${name} cannot be decrypted:\n${stderr}`);
    logs.push({ name: `${name}, decrypted`, content: stdout });
  }
  return logs;
}
