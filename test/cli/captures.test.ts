import { readFile } from "node:fs/promises";
import { CAPTURES, takeCaptures } from "./captures";

/** A command to copy is not broken into lines. */
const IS_COMMAND = /^ {2}(pulumi|npx) /;

test("the docs show what the commands print at 80 and 120 columns; `npm run captures` writes it", async () => {
  const page = await takeCaptures();
  expect(page).toBe(await readFile(CAPTURES, "utf8"));
  for (const [, columns, text = ""] of page.matchAll(/^(\d+) columns:\n\n```text\n(.*?)```/gms))
    expect(
      text.split("\n").filter((line) => line.length > Number(columns) && !IS_COMMAND.test(line)),
    ).toEqual([]);
});
