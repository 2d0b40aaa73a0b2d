import { writeFile } from "node:fs/promises";
import installPackage from "../e2e/harness/install-package";
import removePackage from "../e2e/harness/remove-package";
import { CAPTURES, takeCaptures } from "./captures";

/** Writes the docs page with the output of the commands. */
async function record(): Promise<void> {
  await installPackage();
  try {
    await writeFile(CAPTURES, await takeCaptures());
    console.log(`Wrote ${CAPTURES}`);
  } finally {
    await removePackage();
  }
}

record().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
