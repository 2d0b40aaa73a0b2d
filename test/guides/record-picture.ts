import { writeFile } from "node:fs/promises";
import installPackage from "../e2e/harness/install-package";
import removePackage from "../e2e/harness/remove-package";
import { PICTURE, takePicture } from "./picture";

/** Writes the README's picture of a terminal. */
async function record(): Promise<void> {
  await installPackage();
  try {
    await writeFile(PICTURE, await takePicture());
    console.log(`Wrote ${PICTURE}`);
  } finally {
    await removePackage();
  }
}

record().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
