import { readFile } from "node:fs/promises";
import { PICTURE, takePicture } from "./picture";

test("the README's picture shows what a terminal shows; `npm run picture` writes it", async () => {
  const picture = await takePicture();
  expect(picture).toBe(await readFile(PICTURE, "utf8"));
  expect(picture).toContain("[secret]");
  expect(picture).not.toMatch(/[0-9a-f]{20}/);
});
