import { asFirstProcess } from "./harness/container";
import { useFixture } from "./harness/fixture";
import { held, pending, quiet, upUntil } from "./harness/interruptions";
import { kill, pluginsIn } from "./harness/processes";
import { hasFailed } from "./harness/run-program";

const given = useFixture();

const program = `new payengine.ApiKey("checkout", { type: "private" });`;

test.each([
  ["has not taken effect", { beforeCommitMs: 3_000, afterCommitMs: 0 }],
  ["has taken effect", { beforeCommitMs: 0, afterCommitMs: 3_000 }],
])(
  "if the CLI is the first process of a container, a plugin killed while a request %s leaves no key",
  async (_when, delay) => {
    const by = await asFirstProcess();
    if (by === undefined) return console.warn("Not shown: this user may not make a PID namespace here.");
    const { fixture } = given;
    await fixture.control.addFault(held("createKey", delay));
    const project = await fixture.project({ program });
    const { ended } = await upUntil(fixture, project, pending("createKey"), by);
    for (const plugin of await pluginsIn(project.folder)) kill(plugin);
    const up = await ended;
    expect(hasFailed(up)).toBe(true);
    expect(up.stdout).toContain("was found and revoked");
    await quiet(project);
    expect((await fixture.control.keys()).map(({ status }) => status)).toEqual(["revoked", "active"]);
  },
);
