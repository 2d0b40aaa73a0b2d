import { cpSync } from "node:fs";
import { basename, join } from "node:path";
import { FakeMachine } from "./fake-machine";

const REPOSITORY = join(__dirname, "../..");

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
  for (const folder of ["tools", "test/matrix"])
    cpSync(join(REPOSITORY, folder), join(machine.root, folder), {
      recursive: true,
      filter: (path) => basename(path) !== "node_modules",
    });
});
afterEach(() => machine.remove());

it.each(["tools/test.mjs", "tools/start.mjs", "test/matrix/main.mjs"])(
  "%s needs no package before it has installed them",
  async (script) => {
    // What a script reads first, its options, it reads when all that it imports is loaded.
    const { code, stderr } = await machine.run(join(machine.root, script), "--no-such-option");
    expect(stderr).toContain("ERR_PARSE_ARGS_UNKNOWN_OPTION");
    expect(code).toBe(1);
  },
);
