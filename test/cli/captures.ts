import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { startSandbox } from "payengine-sandbox";
import { Project } from "../e2e/harness/project";
import { payengineAtTerminal } from "./command";
import {
  changeState,
  creating,
  longAgo,
  placeOf,
  plantKey,
  provider,
  root,
  storedKey,
} from "./planted-state";

/** The docs page with the output of the commands. */
export const CAPTURES = join(__dirname, "../../docs/command-output.md");

const WIDTHS = [80, 120];
/** Short, and equally long on every machine, because it decides where lines break. */
const FOLDER = `/tmp/shop-${process.pid.toString(36).padStart(6, "0").slice(-6)}`;

const INTRO = `# What the commands print

This page shows the output of \`orphans\`, \`audit\`, \`due\` and \`doctor\` at terminals of 80 and 120 columns. It takes two minutes to read.

At a terminal, lines break between words, and a key that does not fit in a table is a block of lines. In a file, a pipe or a CI log,
each key is one line, so that you can search it with \`grep\`. A command to copy is one line everywhere. For programs, use \`--json\`.
\`npm run captures\` writes this page.
`;

/** Runs the commands on a stack after a crash, at terminals of each width, and returns their output as Markdown. */
export async function takeCaptures(): Promise<string> {
  const sandbox = await startSandbox({ seed: 1 });
  const credential = sandbox.adminKey ?? "";
  const project = await Project.create({
    files: { "index.js": "" },
    config: { "payengine:apiUrl": sandbox.url },
    secrets: { "payengine:apiKey": credential },
  });
  try {
    await symlink(project.folder, FOLDER);
    await plantCrash(project, { sandbox, credential });
    const sections: string[] = [];
    for (const command of ["orphans", "audit --name-prefix shop-", "due", "doctor"]) {
      sections.push(`## ${command}\n`);
      for (const columns of WIDTHS) {
        const args = [...command.split(" "), "--cwd", FOLDER];
        // In CI there is no progress line.
        const { stdout } = await payengineAtTerminal(project, args, "", { columns, env: { CI: "true" } });
        sections.push(`${columns} columns:\n\n\`\`\`text\n${steady(stdout).trimEnd()}\n\`\`\`\n`);
      }
    }
    return [INTRO, ...sections].join("\n");
  } finally {
    await rm(FOLDER, { force: true });
    await project.remove();
    await sandbox.close();
  }
}

/** A stack with a key that works, one whose \`up\` died, a previous key that is overdue; and another team's key. */
async function plantCrash(project: Project, at: Parameters<typeof plantKey>[0]): Promise<void> {
  const of = provider("dev");
  const make = (name: string) => plantKey(at, name);
  const [web, api, before] = [
    await make("shop-dev-web-91c05d7e2a"),
    await make("shop-dev-api-3b6f08a4d1-g2"),
    await make("shop-dev-api-3b6f08a4d1"),
  ];
  await make("shop-dev-checkout-4f1c09ab37");
  await make("billing-dev-worker-c7720e91b5");
  const previous = { previousKeyId: before.id, previousRevokeAt: "2026-03-14T00:00:00Z" };
  await changeState(project, (state) => {
    state.manifest.time = longAgo();
    state.resources = [
      root("dev"),
      of,
      storedKey(of, "web", "shop-dev-web-91c05d7e2a", web.outputs),
      storedKey(of, "api", "shop-dev-api-3b6f08a4d1", {
        ...api.outputs,
        ...previous,
        name: "shop-dev-api-3b6f08a4d1-g2",
      }),
    ];
    state.pending_operations = [
      creating(storedKey(of, "checkout", "shop-dev-checkout-4f1c09ab37"), placeOf(at)),
    ];
  });
}

/** Replaces everything that differs between runs by fixed text of the same length, so that lines break alike. */
function steady(text: string): string {
  return text
    .replaceAll(FOLDER, "/home/you/shop")
    .replace(/127\.0\.0\.1:\d{5}/g, "127.0.0.1:40100")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\dZ/g, "2026-03-15 09:26Z")
    .replace(/(Node|Pulumi CLI|@pulumi\/pulumi) \d+\.\d+\.\d+/g, "$1 …");
}
