import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startSandbox } from "payengine-sandbox";
import installPackage from "../e2e/harness/install-package";
import { Project } from "../e2e/harness/project";
import removePackage from "../e2e/harness/remove-package";

/**
 * Records the state that this version writes, as a test file for later versions. Run it for each release, and commit its
 * folder. Its secrets are from a sandbox that no longer exists.
 */
async function record(): Promise<void> {
  const { version } = JSON.parse(await readFile(join(__dirname, "../../package.json"), "utf8"));
  const folder = join(__dirname, "states", version);
  await installPackage();
  const sandbox = await startSandbox();
  const env = { PAYENGINE_API_URL: sandbox.url, PAYENGINE_API_KEY: sandbox.adminKey ?? "" };
  const program = await readFile(join(__dirname, "program.js"), "utf8");
  const before = program.replace("triggers: { number: 2 }", "triggers: { number: 1 }");
  const change = JSON.stringify({ trigger: 0 });
  const project = await Project.create({ files: { "index.js": before, "change.json": change }, env });
  try {
    await project.up();
    await project.write({ "index.js": program });
    await project.up();
    await mkdir(folder, { recursive: true });
    await project.ok("stack", "export", "--file", join(folder, "state.json"));
    await writeFile(
      join(folder, "Pulumi.dev.yaml"),
      await readFile(join(project.folder, "Pulumi.dev.yaml"), "utf8"),
    );
    console.log(`Recorded ${folder}`);
  } finally {
    await project.remove();
    await sandbox.close();
    await removePackage();
  }
}

record().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
