/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { CDPSession, Page } from "playwright-core";
import { findSecrets, hasPartOf } from "../secret-search";

/**
 * Searches everything in which a page could keep a value: document, history, storage, cookies, and the memory of its
 * scripts after a garbage collection.
 *
 * @returns where it found 12 characters in a row of one of these.
 */
export async function tracesOf(secrets: readonly string[], page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const places = {
    document: await page.evaluate(wholeDocument),
    history: [await session.send("Page.getNavigationHistory"), await page.evaluate(() => history.state)],
    storage: await page.context().storageState({ indexedDB: true }),
    "session storage": await page.evaluate(() => ({ ...sessionStorage })),
    caches: await page.evaluate(() => caches.keys()),
    "window.name": await page.evaluate(() => window.name),
  };
  const memory = await heapSnapshot(session);
  await session.detach();
  const haystacks = Object.entries(places).map(([name, found]) => ({ name, content: JSON.stringify(found) }));
  return [
    ...new Set(findSecrets(secrets, haystacks).map(({ where }) => where)),
    ...(secrets.some((secret) => hasPartOf(secret, memory)) ? ["memory"] : []),
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

/** All strings and objects that the scripts of a page can still reach. Texts of the document are not among them. */
async function heapSnapshot(session: CDPSession): Promise<string> {
  const chunks: string[] = [];
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  return chunks.join("");
}
