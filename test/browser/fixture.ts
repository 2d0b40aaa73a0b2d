import { type RunningSandbox, SandboxControl, startSandbox } from "payengine-sandbox";
import type { Browser, BrowserContext, BrowserContextOptions, Page, Response } from "playwright-core";
import { tapTokens } from "../token-tap";
import { type RunningChromium, startChromium } from "./chromium";

jest.setTimeout(120_000);

/** A response that the browser received. */
export interface Received {
  readonly request: string;
  readonly status: number;
  readonly body: string;
}

/** A sandbox with a page of its own browser context. */
export interface OpenPage {
  readonly sandbox: RunningSandbox;
  readonly control: SandboxControl;
  /** The Admin's private key on the account "sandbox". */
  readonly credential: string;
  /** Address of the Manage Keys page. */
  readonly address: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** All responses so far, of every page in the context. */
  received(): Promise<Received[]>;
}

interface PageOptions {
  /** Default: a new one, which is stopped after the test. */
  readonly sandbox?: RunningSandbox;
  readonly context?: BrowserContextOptions;
}

/** One browser for the tests of a file, and a context for each page. */
export interface BrowserFixture {
  readonly browser: Browser;
  /** Every private value that a sandbox of this file has returned. */
  readonly issued: ReadonlySet<string>;
  /** Opens an empty tab for a sandbox's page, in a context that is closed after the test. */
  open(options?: PageOptions): Promise<OpenPage>;
}

/**
 * A browser for the tests of a file. After each test, no page may have broken its Content-Security-Policy, thrown an
 * error, or sent a request to another host.
 *
 * @param examples gives the address of all names below `example`.
 */
export function useBrowser(examples: () => string | undefined = () => undefined): BrowserFixture {
  let chromium: RunningChromium | undefined;
  let opened: (() => Promise<string[]>)[] = [];
  const issued = new Set<string>();
  let stopTap = () => {};

  beforeAll(async () => {
    stopTap = tapTokens(issued);
    chromium = await startChromium(examples());
  }, 25 * 60_000);
  afterAll(async () => {
    await chromium?.close();
    stopTap();
  });
  afterEach(async () => {
    const closing = opened;
    opened = [];
    const complaints = await Promise.all(closing.map((close) => close()));
    expect(complaints.flat()).toEqual([]);
  });

  const browser = () => {
    if (!chromium) throw new Error("There is a browser only while a test runs");
    return chromium.browser;
  };
  return {
    issued,
    get browser() {
      return browser();
    },
    async open({ sandbox: running, context: settings }: PageOptions = {}) {
      const sandbox = running ?? (await startSandbox({ control: true }));
      const context = await browser().newContext(settings);
      const received = receive(context);
      const page = await context.newPage();
      const address = `${new URL(sandbox.url).origin}/`;
      const complaints = await watch(page, address);
      opened.push(async () => {
        await received();
        await context.close();
        if (!running) await sandbox.close();
        return complaints;
      });
      const control = new SandboxControl(sandbox.controlUrl ?? "");
      return { sandbox, control, credential: sandbox.adminKey ?? "", address, context, page, received };
    },
  };
}

/** Notes errors in a page, what its Content-Security-Policy has blocked, and requests to other origins. */
async function watch(page: Page, address: string): Promise<string[]> {
  const complaints: string[] = [];
  page.on("request", (request) => {
    const isOwn = request.url().startsWith(address) || !request.url().startsWith("http");
    if (!isOwn) complaints.push(`${request.method()} ${request.url()} leaves the sandbox`);
  });
  page.on("pageerror", (error) => complaints.push(`${error.stack}`));
  page.on("console", (message) => {
    // Chromium reports each response with a status from 400 on.
    if (message.text().startsWith("Failed to load resource: the server responded with")) return;
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.exposeBinding("reportViolation", (_source, blocked: string) => {
    complaints.push(`Content-Security-Policy: ${blocked}`);
  });
  await page.addInitScript(`document.addEventListener("securitypolicyviolation", (event) =>
    reportViolation(\`\${event.violatedDirective} blocked \${event.blockedURI} \${event.sample}\`));`);
  return complaints;
}

function receive(context: BrowserContext): () => Promise<Received[]> {
  const responses: Promise<Received>[] = [];
  context.on("response", (response) => responses.push(read(response)));
  return () => Promise.all(responses);
}

/** A body that the page left behind, such as of a redirect, is empty. */
async function read(response: Response): Promise<Received> {
  const body = await response.text().catch(() => "");
  return { request: `${response.request().method()} ${response.url()}`, status: response.status(), body };
}
