import { cpSync } from "node:fs";
import { basename, join } from "node:path";
import { useMachine } from "./fake-machine";

const given = useMachine();

it.each(["tools/test.mjs", "tools/start.mjs", "test/matrix/main.mjs"])(
  "%s needs no package before it has installed them",
  async (script) => {
    const { machine } = given;
    const filter = (path: string) => basename(path) !== "node_modules";
    for (const folder of ["tools", "test/matrix"])
      cpSync(join(__dirname, "../..", folder), join(machine.root, folder), { recursive: true, filter });

    // A script reads its options only after all its imports are loaded.
    const { code, stderr } = await machine.run(join(machine.root, script), "--no-such-option");
    expect(stderr).toContain("ERR_PARSE_ARGS_UNKNOWN_OPTION");
    expect(code).toBe(1);
  },
);
