import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { outputOf } from "./output-of";

const REPOSITORY = join(__dirname, "../..");

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The commands of the release workflow's job `publish`, in sequence. */
export async function publishSteps(): Promise<Step[]> {
  const workflow = parse(await readFile(join(REPOSITORY, ".github/workflows/release.yml"), "utf8"));
  const steps: Step[] = workflow.jobs.publish.steps;
  return steps.filter(({ run }) => run !== undefined);
}

/** Copies what git has of this repository and what would be committed: a checkout, without what building leaves. */
export async function checkOut(folder: string): Promise<void> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const files = (await outputOf("git", args, { cwd: REPOSITORY })).split("\0").filter((file) => file !== "");
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(join(REPOSITORY, file), join(folder, file));
  }
}
