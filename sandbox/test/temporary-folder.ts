import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone after the test file has run. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "payengine-sandbox-"));
  folders.push(folder);
  return folder;
}

/** Whether any of the folder's files holds the text, or what the text is the hexadecimal form of. */
export function isInFiles(folder: string, text: string): boolean {
  const searched = [Buffer.from(text), Buffer.from(text, "hex")].filter((bytes) => bytes.length > 0);
  return readdirSync(folder).some((file) => {
    const content = readFileSync(join(folder, file));
    return searched.some((bytes) => content.includes(bytes));
  });
}
