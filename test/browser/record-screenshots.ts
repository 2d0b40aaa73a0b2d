import { writePictures } from "./pictures";

/** Writes the pictures of the Manage Keys page. */
writePictures().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
