import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import { pasted, YES } from "./answers";
import { Reader } from "./reader";

const given = useFixture();

test("a key made by hand is adopted as the guide says and no longer needs its value in config", async () => {
  const { fixture } = given;
  const value = randomBytes(54).toString("hex");
  fixture.secrets.add(value);
  const { id } = await fixture.control.addKey("sandbox", {
    id: "7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318",
    name: "created-by-hand",
    type: "private",
    value,
    createdAt: new Date().toISOString(),
  });
  const manifest = JSON.stringify({ name: "shop", private: true, main: "index.ts" });
  const project = await fixture.project({ files: { "index.ts": "", "package.json": manifest } });
  const reader = await Reader.open(project, "docs/adopting.md");
  try {
    await reader.follow("pulumi config set --secret checkoutKey", pasted(value));
    await reader.follow("import * as pulumi");
    await reader.follow("pulumi up", YES);
    expect(await project.key("checkout")).toMatchObject({ keyId: id, token: value });
    const program = await readFile(join(project.folder, "index.ts"), "utf8");
    await project.write({ "index.ts": program.replace(/ {2}adopt: .*\n/, "") });
    await reader.follow("pulumi config rm checkoutKey", YES);
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
  }
  expect(await project.key("checkout")).toMatchObject({ keyId: id, token: value });
  expect((await fixture.liveKeys()).map((key) => key.id)).toEqual([id]);
});
