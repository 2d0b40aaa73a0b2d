import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "payengine-sandbox-"));
  folders.push(folder);
  return folder;
}

/** Whether a file in the folder contains the text, or the bytes that the text encodes in hexadecimal. */
export function isInFiles(folder: string, text: string): boolean {
  const searched = [Buffer.from(text), Buffer.from(text, "hex")].filter((bytes) => bytes.length > 0);
  return readdirSync(folder).some((file) => {
    const content = readFileSync(join(folder, file));
    return searched.some((bytes) => content.includes(bytes));
  });
}
