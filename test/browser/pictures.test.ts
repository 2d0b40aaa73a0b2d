import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { LARGEST_PICTURE, PICTURES, pictureNames } from "./pictures";

const PAGE = join(__dirname, "../../docs/development/manage-keys-page.md");

test("the page for contributors shows each picture that `npm run screenshots` makes, and each is small", async () => {
  const files = await readdir(PICTURES);
  expect(files.sort()).toEqual(pictureNames().sort());
  const page = await readFile(PAGE, "utf8");
  const shown = [...page.matchAll(/\]\(images\/([\w-]+\.png)\)/g)].map(([, name]) => name);
  expect(shown.sort()).toEqual(files);
  for (const name of files) expect((await stat(join(PICTURES, name))).size).toBeLessThan(LARGEST_PICTURE);
});
