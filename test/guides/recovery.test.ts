import { crashWhileCreating } from "../cli/crash";
import { changeState, longAgo } from "../cli/planted-state";
import { useFixture } from "../e2e/harness/fixture";
import { processesIn, until } from "../e2e/harness/processes";
import type { Project } from "../e2e/harness/project";
import { YES } from "./answers";
import { Reader } from "./reader";

const given = useFixture();

const CANCEL = { when: /by typing `dev`/, type: "dev" };
const REVOKE = { when: /Revoke 1 key and clear 1 pending operation\? \[y\/N\]/, type: "y" };

/** Ends the waiting time as soon as `orphans` runs, which checks repeatedly. */
async function settleMeanwhile(project: Project): Promise<void> {
  await until("orphans runs", async () => {
    const running = await processesIn(project.folder);
    return running.some(({ command }) => command.includes("orphans --revoke")) || undefined;
  });
  await changeState(project, ({ manifest }) => {
    manifest.time = longAgo();
  });
}

test.each([
  ["README.md", "When something goes wrong"],
  ["docs/recovery.md", "After a crash"],
])("the lines of %s to type after a crash recover from it, right after it", async (guide, section) => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  await crashWhileCreating(fixture, project);
  const [orphan] = await fixture.liveKeys();
  const reader = await Reader.open(project, guide, { section });
  try {
    const [shown] = await Promise.all([
      reader.follow("pulumi cancel\n", CANCEL, REVOKE, YES),
      settleMeanwhile(project),
    ]);
    expect(shown).toContain("Revoked 1 of 1 key.");
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
  }
  expect((await project.key("checkout")).keyId).not.toBe(orphan.id);
});
