import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWhose } from "../../cli/whose-report";
import { whoseKeys } from "../../recovery/whose/whose-keys";
import { exported, type Planted } from "./whose-harness";

const TOKEN = "3f9a".padEnd(108, "0123456789abcdef");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostile-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** What `whose` prints about the token, compared with a state that has it. */
async function asked(planted: Partial<Planted>): Promise<string> {
  const path = join(folder, "state.json");
  await writeFile(path, exported("dev", [{ resource: "checkout", token: TOKEN, ...planted }]));
  return describeWhose(await whoseKeys([Buffer.from(TOKEN)], { files: [path] })).replaceAll(path, "the file");
}

test("an address in state that is no URL is shown as it is, and the key is found", async () => {
  const text = await asked({ outputs: { apiUrl: "not a URL" } });
  expect(text).toMatch(/^exact .*not a URL/m);
  expect(text).toMatch(/^ {2}pulumi up --stack dev --replace /m);
});

test("a file with a URN that a command would take as a flag is no state", async () => {
  expect(await asked({ fields: { urn: "--all", protect: true } })).toContain(
    "the file is not a stack's state; create one with `pulumi stack export --file <file>`.",
  );
});

test("marks that turn the direction of text, and lines, are replaced in commands", async () => {
  const marks = ["\u202e", "\u2066", "\u200f", "\u2028", "\u009b", "\n"];
  const text = await asked({ resource: `checkout${marks.join("")}x` });
  expect(text).toContain(`checkout${"\ufffd".repeat(marks.length)}x'`);
});
