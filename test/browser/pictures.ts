import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SandboxControl, startSandbox } from "payengine-sandbox";
import type { BrowserContextOptions, Page } from "playwright-core";
import { startChromium } from "./chromium";
import { ManageKeys } from "./manage-keys";
import { addKeys, statesOf } from "./page-states";
import { smallPng } from "./small-png";

/** The folder of the pictures of the Manage Keys page. `npm run screenshots` writes them. */
export const PICTURES = join(__dirname, "../../docs/development/images");

/** The largest picture, in bytes. */
export const LARGEST_PICTURE = 60_000;

/** What people see at that moment in a picture. */
const NOW = new Date("2026-03-02T09:41:00Z");

const VIEWS: Record<string, { options: BrowserContextOptions; states: readonly string[] }> = {
  light: {
    options: { colorScheme: "light", viewport: { width: 1120, height: 640 } },
    states: ["sign-in", "list", "create", "value", "revoke", "user"],
  },
  dark: {
    options: { colorScheme: "dark", viewport: { width: 1120, height: 640 } },
    states: ["sign-in", "list", "value"],
  },
  narrow: {
    options: { colorScheme: "light", viewport: { width: 390, height: 760 } },
    states: ["sign-in", "list", "create", "value"],
  },
};

/** The files of all pictures. */
export function pictureNames(): string[] {
  return Object.entries(VIEWS).flatMap(([view, { states }]) => states.map((state) => fileOf(state, view)));
}

function fileOf(state: string, view: string): string {
  return `${state}-${view}.png`;
}

/** Pixels of the page around a dialog. */
const AROUND = 40;

/** Takes the pictures, and returns them by the names of their files. */
export async function takePictures(): Promise<Map<string, Buffer>> {
  const pictures = new Map<string, Buffer>();
  const { browser, close } = await startChromium();
  try {
    for (const [view, { options, states }] of Object.entries(VIEWS)) {
      const sandbox = await startSandbox({ seed: 1, control: true });
      try {
        const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
        const page = await context.newPage();
        await page.clock.setFixedTime(NOW);
        const control = new SandboxControl(sandbox.controlUrl ?? "");
        await control.advanceClock(NOW.getTime() - Date.now());
        const { adminKey: credential = "", signInCode = "" } = sandbox;
        const keys = new ManageKeys(page, new URL("/", sandbox.url).href);
        await addKeys(sandbox, NOW);
        for await (const state of statesOf({ keys, control, credential, signInCode })) {
          if (!states.includes(state)) continue;
          await hideValues(page);
          pictures.set(fileOf(state, view), smallPng(await pictureOf(page)));
        }
        await context.close();
      } finally {
        await sandbox.close();
      }
    }
  } finally {
    await close();
  }
  return pictures;
}

/** Replaces each value on the page, so that no picture holds one. */
async function hideValues(page: Page): Promise<void> {
  await page.getByLabel("Private key value").evaluateAll((places) => {
    for (const place of places) place.textContent = "•".repeat(108);
  });
}

/** An open dialog, or else the content of the page, with some of what is around it. */
async function pictureOf(page: Page): Promise<Buffer> {
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const [dialog, content] = [page.getByRole("dialog"), page.locator("main > *:visible").last()];
  const isOpen = (await dialog.count()) > 0;
  const box = await (isOpen ? dialog : content).boundingBox();
  if (box === null) throw new Error("The page shows nothing");
  const [x, y] = isOpen ? [Math.max(0, box.x - AROUND), Math.max(0, box.y - AROUND)] : [0, 0];
  const right = isOpen ? Math.min(width, box.x + box.width + AROUND) : width;
  const bottom = Math.min(height, box.y + box.height + AROUND);
  const clip = { x, y, width: right - x, height: bottom - y };
  return page.screenshot({ animations: "disabled", clip });
}

/** Writes the pictures. */
export async function writePictures(): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  for (const [name, picture] of await takePictures()) {
    await writeFile(join(PICTURES, name), picture);
    console.log(`${name}: ${(picture.length / 1000).toFixed(1)} kB`);
  }
}
