import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { countsOf } from "./harness/diagnostics";
import { commonJs, useFixture } from "./harness/fixture";
import type { Project } from "./harness/project";

const given = useFixture();

/** A second host that responds like the sandbox and records its requests. */
class SecondHost {
  readonly received: string[] = [];
  private readonly server: Server;

  constructor(private readonly behind: string) {
    this.server = createServer(async (request, response) => {
      const body = await this.note(request);
      const { authorization = "" } = request.headers;
      const json = body === "" ? {} : { body, headers: { "content-type": "application/json" } };
      const answer = await fetch(new URL(request.url ?? "", this.behind), {
        ...{ method: request.method, ...json, headers: { ...json.headers, authorization } },
      });
      response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    });
  }

  private async note(request: IncomingMessage): Promise<string> {
    const body = await text(request);
    this.received.push(`${request.method} ${request.url} ${request.rawHeaders.join(" ")} ${body}`);
    return body;
  }

  async listen(): Promise<void> {
    await new Promise<void>((listening) => this.server.listen(0, "127.0.0.1", listening));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

let second: SecondHost;
beforeEach(async () => {
  second = new SecondHost(given.fixture.sandbox.url);
  await second.listen();
});
afterEach(() => second.close());

/** Three keys in state: a new one, one in the overlap of a rotation, and one whose creation is unfinished. */
const keys = (count: number, more: string, args = "") => `
new payengine.ApiKey("checkout", { type: "private", rotation: { triggers: { count: ${count} }, overlap: "1h" } ${args} }, ${more});
new payengine.ApiKey("storefront", { type: "public" ${args} }, ${more});
new payengine.ApiKey("pending", { type: "private" ${args} }, ${more});`;

/** Ways to set the address, and how a test changes it. */
const WAYS = {
  "stack config": {
    head: "",
    more: "{}",
    config: (url: string) => ({ "payengine:apiUrl": url }),
    move: (project: Project, url: string) => project.ok("config", "set", "payengine:apiUrl", url),
  },
  PAYENGINE_API_URL: {
    head: "",
    more: "{}",
    config: () => ({}),
    move: async (project: Project, url: string) => Object.assign(project.env, { PAYENGINE_API_URL: url }),
  },
  "a Provider's argument": {
    head: `const config = new pulumi.Config("payengine");
const provider = new payengine.Provider("own", { apiUrl: process.env.OWN_URL, apiKey: config.requireSecret("apiKey"), maxRetries: 0 });`,
    more: "{ provider }",
    config: () => ({}),
    move: async (project: Project, url: string) => Object.assign(project.env, { OWN_URL: url }),
  },
} as const;

/** Keys in three conditions, created at the sandbox. */
async function madeThere(way: keyof typeof WAYS) {
  const { fixture } = given;
  const { head, more, config } = WAYS[way];
  const program = (count: number, args?: string) => `${head}${keys(count, more, args)}`;
  const { url } = fixture.sandbox;
  const isConfig = way === "stack config";
  const project = await fixture.project({
    program: program(0),
    config: { ...config(url), "payengine:maxRetries": "0" },
    env: isConfig ? {} : { [way === "PAYENGINE_API_URL" ? "PAYENGINE_API_URL" : "OWN_URL"]: url },
  });
  const lost = { operation: "createKey", kind: "dropAfterCommit", keyName: "-pending-" } as const;
  const blind = {
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 500,
    keyName: "-pending-",
  } as const;
  await fixture.control.addFault(lost);
  await fixture.control.addFault({ ...blind, times: "always" });
  await project.fails("up", "--skip-preview");
  await project.write({ "index.js": commonJs(program(1)) });
  await project.fails("up", "--skip-preview", "--continue-on-error");
  await fixture.control.clearFaults();
  const made = await project.keys();
  const recorded = made.flatMap(({ token, previousToken }) => [token ?? [], previousToken ?? []].flat());
  // checkout has two, storefront one, and pending none.
  expect(recorded).toHaveLength(3);
  expect((await project.key("pending")).pendingAction).toBe("create");
  return { project, made, program };
}

describe.each(Object.keys(WAYS) as (keyof typeof WAYS)[])("an address that changes by %s", (way) => {
  test("receives nothing about keys created at another address: refresh, up and destroy stop", async () => {
    const { fixture } = given;
    const { project, made, program } = await madeThere(way);
    await WAYS[way].move(project, second.url);
    const stopped = `was created at ${fixture.sandbox.url}. Nothing was sent.`;
    for (const command of ["refresh", "destroy"]) {
      const { stdout } = await project.fails(command, "--skip-preview", "--run-program");
      expect(stdout).toContain(stopped);
      expect(await project.keys()).toEqual(made);
    }
    for (const args of [undefined, ", verify: false", `, namePrefix: "other"`]) {
      await project.write({ "index.js": commonJs(program(1, args)) });
      const { stdout } = await project.fails("up", "--skip-preview", "--continue-on-error");
      expect(stdout).toContain(stopped);
    }
    await project.write({ "index.js": commonJs(program(2)) });
    await project.fails("up", "--skip-preview", "--refresh");

    // A replacement creates no key there either.
    expect(second.received).toEqual([]);
    for (const { type, token, previousToken } of made)
      if (type === "private")
        for (const value of [token, previousToken].filter((it) => it !== undefined))
          expect(await fixture.authenticates(value)).toBe(true);

    await WAYS[way].move(project, fixture.sandbox.url);
    await project.write({ "index.js": commonJs(program(1)) });
    await project.up();
  });
});

test("payengine:formerApiUrl moves the keys along with a console that has moved", async () => {
  const { fixture } = given;
  const program = (count: number) => keys(count, "{}");
  const project = await fixture.project({ program: program(0) });
  await project.up();
  const made = await project.keys();
  await project.ok("config", "set", "payengine:apiUrl", second.url);
  for (const command of [
    ["preview"],
    ["up", "--skip-preview"],
    ["refresh", "--skip-preview", "--run-program"],
  ])
    expect((await project.fails(...command)).stdout).toContain("Nothing was sent.");
  expect(second.received).toEqual([]);

  await project.ok("config", "set", "payengine:formerApiUrl", fixture.sandbox.url);
  await fixture.control.clearRequests();
  expect(countsOf(await project.refresh("--run-program"))).toEqual(["4 unchanged"]);
  expect(countsOf(await project.up())).toEqual(["~ 3 updated", "1 unchanged"]);
  expect(await project.keys()).toEqual(made);
  // Once state has the new address, the old one is no longer needed.
  await project.ok("config", "rm", "payengine:formerApiUrl");
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["4 unchanged"]);
  await project.write({ "index.js": commonJs(program(1)) });
  expect(countsOf(await project.up())).toEqual(["~ 1 updated", "3 unchanged"]);
  expect(countsOf(await project.refresh())).toEqual(["4 unchanged"]);
  expect(countsOf(await project.destroy())).toEqual(["- 4 deleted"]);
  expect(await fixture.liveKeys()).toEqual([]);
  // Every request went through the second host.
  expect(second.received).toHaveLength((await fixture.control.requests()).length);
});

test("a redirect to another host is not followed, and no contract can name another host", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: keys(0, "{}") });
  await project.up();
  const made = await project.keys();
  await fixture.control.addFault({
    operation: "any",
    kind: "redirect",
    location: second.url,
    times: "always",
  });
  for (const command of ["refresh", "destroy"]) {
    const { stdout } = await project.fails(command, "--skip-preview");
    expect(stdout).toContain("Redirects are not followed");
  }
  await fixture.control.clearFaults();

  const host = second.url.replace("http:", "");
  await project.ok("config", "set", "--path", "payengine:contract.works", `GET ${host}/merchant`);
  const { stdout } = await project.fails("preview");
  expect(stdout).toContain("payengine:contract.works has a path that does not begin with");
  await project.ok("config", "rm", "--path", "payengine:contract");
  await project.up();
  expect(second.received).toEqual([]);
  expect(await project.keys()).toEqual(made);
});
