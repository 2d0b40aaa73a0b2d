/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { CDPSession, Page } from "playwright-core";
import type { Haystack } from "../secret-search";

/** Everything in which a page could keep a value: document, history, storage, cookies and memory. */
export async function tracesOf(page: Page): Promise<Haystack[]> {
  const session = await page.context().newCDPSession(page);
  const found = {
    document: await page.evaluate(wholeDocument),
    history: await session.send("Page.getNavigationHistory"),
    "history.state": await page.evaluate(() => history.state),
    storage: await page.context().storageState({ indexedDB: true }),
    "session storage": await page.evaluate(() => ({ ...sessionStorage })),
    caches: await page.evaluate(() => caches.keys()),
    "window.name": await page.evaluate(() => window.name),
  };
  const memory = await heapSnapshot(session);
  await session.detach();
  return [
    ...Object.entries(found).map(([name, content]) => ({ name, content: JSON.stringify(content) ?? "" })),
    { name: "memory", content: memory },
  ];
}

/** The document as HTML with what no HTML shows: the values of fields, and shadow trees. */
function wholeDocument(): string[] {
  const roots: (Document | ShadowRoot)[] = [document];
  const found: string[] = [document.documentElement.outerHTML];
  for (const root of roots)
    for (const element of root.querySelectorAll("*")) {
      if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)
        found.push(element.value, element.defaultValue);
      if (element.shadowRoot) {
        roots.push(element.shadowRoot);
        found.push(element.shadowRoot.innerHTML);
      }
    }
  return found;
}

/** All strings and objects that JavaScript can still reach. */
async function heapSnapshot(session: CDPSession): Promise<string> {
  const chunks: string[] = [];
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  return chunks.join("");
}
