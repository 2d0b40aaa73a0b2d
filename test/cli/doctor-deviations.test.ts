import { useStage } from "../e2e/harness/stage";
import { type Answer, startAlteringProxy } from "./altering-proxy";
import { linesOf, payengine } from "./command";

const given = useStage();

/** What doctor says but for what passed, of a PayEngine whose answers are changed on the way. */
async function troublesWith(alter: (answer: Answer) => void) {
  const proxy = await startAlteringProxy(given.stage.sandbox.url, alter);
  try {
    const project = await given.stage.project({ config: { "payengine:apiUrl": proxy.url } });
    const { exitCode, stdout } = await payengine(project, ["doctor", "--write"]);
    const lines = linesOf(stdout).slice(0, -2);
    return [exitCode, lines.filter((line) => !line.startsWith("pass"))];
  } finally {
    await proxy.close();
  }
}

const REPORT =
  "  → this account answers otherwise than this version expects: create no keys with it, and report this output (it holds no values) at the project's issues";
const NO_WRITE = "skip  write  put right what failed before";

interface List {
  readonly data: Record<string, unknown>[];
  total?: unknown;
}

test.each([
  [
    "a missing field",
    { createdAt: undefined },
    ["FAIL  list: createdAt  is missing on 1 of 1 key", REPORT, NO_WRITE],
  ],
  [
    "a date in another form",
    { createdAt: "yesterday" },
    ["FAIL  list: createdAt  is not in the contract's form on 1 of 1 key", REPORT, NO_WRITE],
  ],
  [
    "a number for an id",
    { id: 7 },
    [
      "FAIL  list: id  is of type number on 1 of 1 key",
      REPORT,
      "skip  get  there is no key to ask for",
      NO_WRITE,
    ],
  ],
])("%s fails, and no key is made", async (_what, fields, expected) => {
  const troubles = await troublesWith(({ path, body }) => {
    if (path.startsWith("/api-keys?")) for (const key of (body as List).data) Object.assign(key, fields);
  });
  expect(troubles).toEqual([2, expected]);
  expect(await given.stage.control.keys()).toHaveLength(1);
});

test("a total that is too small fails", async () => {
  const troubles = await troublesWith(({ path, body }) => {
    if (path.startsWith("/api-keys?page=1")) Object.assign(body as List, { total: 0 });
  });
  const why = "FAIL  list: total  is no number of keys, or less than those on the pages";
  expect(troubles).toEqual([2, [why, REPORT, NO_WRITE]]);
});

test("a total that leaves out the second page fails: reading would end before it", async () => {
  let first: Record<string, unknown> = {};
  const troubles = await troublesWith((answer) => {
    if (!answer.path.startsWith("/api-keys?page=")) return;
    const [, page] = /page=(\d)/.exec(answer.path) ?? [];
    const { data, total } = answer.body as List;
    // The sandbox's one key, and another on page 2.
    const [known] = data;
    if (known !== undefined) first = known;
    if (page === "2") answer.body = { data: [{ ...first, id: "key_of_page_2" }], total };
  });
  const why = "FAIL  list: total  is no number of keys, or less than those on the pages";
  expect(troubles).toEqual([2, [why, REPORT, NO_WRITE]]);
});

test.each([
  ["by no name at all", () => false],
  ["by its whole name only", (q: string, name: unknown) => q === name],
])("a q that finds a listed key %s fails", async (_what, finds) => {
  let name: unknown;
  const troubles = await troublesWith(({ path, body }) => {
    if (!path.startsWith("/api-keys?")) return;
    const q = new URL(path, "http://localhost").searchParams.get("q") ?? "";
    name ??= (body as List).data[0]?.name;
    if (q !== "" && !finds(q, name)) Object.assign(body as List, { data: [], total: 0 });
  });
  const why =
    "FAIL  list: q  does not find a listed key by its name or part of it, so no key's absence can be proven";
  expect(troubles).toEqual([2, [why, REPORT, NO_WRITE]]);
});

test("a page parameter that does nothing fails", async () => {
  let first: unknown;
  const troubles = await troublesWith((answer) => {
    if (answer.path.endsWith("page=1&size=100&q=")) first = answer.body;
    if (answer.path.endsWith("page=2&size=100&q=")) answer.body = first;
  });
  const why =
    "FAIL  list: paging  page 2 repeats page 1: `page` does nothing, so no key's absence can be proven";
  expect(troubles).toEqual([2, [why, REPORT, NO_WRITE]]);
});

test("values of private keys in the list are warned of, and not printed", async () => {
  const troubles = await troublesWith(({ path, body }) => {
    if (path.startsWith("/api-keys?"))
      for (const key of (body as List).data) key.key = given.stage.credential;
  });
  expect(troubles).toEqual([
    0,
    [
      "WARN  list: values  the list shows the values of 1 key that should be private",
      "  → PayEngine should show a private key once: whoever may list keys can read these",
    ],
  ]);
});

test("a clock that is more than a minute off is warned of", async () => {
  const troubles = await troublesWith(({ headers }) => {
    headers.date = new Date(Date.now() - 600_000 - 500).toUTCString();
  });
  expect(troubles).toEqual([
    0,
    [
      "WARN  clock  this machine is 10 minutes ahead of PayEngine",
      "  → set this machine's clock: dates of rotations and the age that `orphans` asks for rest on it",
    ],
  ]);
});
