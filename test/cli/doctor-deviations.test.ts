import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import { type ProxiedAnswer, startAlteringProxy } from "./altering-proxy";
import { examined, NO_WRITE, paste, REPORT_LINE, troubles } from "./doctor-fixture";

const given = useFixture();

const WRONG_TOTAL =
  "FAIL  list: count  total is not a number, or is less than the number of keys on the pages";

/** Doctor's lines that did not pass, for a PayEngine whose responses are changed in transit. */
async function troublesWith(alter: (answer: ProxiedAnswer) => void) {
  const proxy = await startAlteringProxy(given.fixture.sandbox.url, alter);
  try {
    const project = await given.fixture.project({ config: { "payengine:apiUrl": proxy.url } });
    const { exitCode, lines } = await examined(project, ["--write"]);
    return [exitCode, troubles(lines)];
  } finally {
    await proxy.close();
  }
}

interface List {
  readonly data: Record<string, unknown>[];
  total?: unknown;
}

const isList = (path: string) => path.startsWith("/api-keys?");

test("a list whose keys have no ids fails, and no key is made", async () => {
  const found = await troublesWith(({ path, body }) => {
    if (!isList(path)) return;
    const list = body as List;
    list.data.push({ ...list.data[0], id: undefined });
  });
  expect(found).toEqual([
    2,
    [
      "FAIL  list: id  is missing on 1 of 2 keys, so the list cannot be read",
      REPORT_LINE,
      "skip  get  the list has no key to request",
      NO_WRITE,
    ],
  ]);
  expect(await given.fixture.control.keys()).toHaveLength(1);
});

test("a list whose keys have no names fails, and no key is made", async () => {
  const found = await troublesWith(({ path, body }) => {
    if (isList(path)) for (const key of (body as List).data) key.name = undefined;
  });
  expect(found).toEqual([
    2,
    [
      "FAIL  list: name  is missing on 1 key, and no other field looks like it, so keys cannot be found by name",
      `  → if another field has it, set payengine:contract.fields.name to that field's name; otherwise ${REPORT_LINE.replace("  → ", "")}`,
      NO_WRITE,
    ],
  ]);
  expect(await given.fixture.control.keys()).toHaveLength(1);
});

test.each([
  [
    "another wrapper",
    (body: List): unknown => ({ api_keys: body.data }),
    "with a list of 1 in api_keys, snake_case: this version reads a list only at the top level or in data",
  ],
  [
    "a wrapper within data",
    (body: List): unknown => ({ data: { items: body.data } }),
    "with a list of 1 in data.items, snake_case: this version reads a list only at the top level or in data",
  ],
  ["no list at all", (): unknown => ({ ok: true }), "without a list at the top level or in data"],
])("a list in %s fails: payengine:contract cannot set it", async (_what, wrap, what) => {
  const found = await troublesWith((answer) => {
    if (isList(answer.path)) answer.body = wrap(answer.body as List);
  });
  expect(found).toEqual([
    2,
    [
      `FAIL  list  GET /api-keys returned 200, but ${what}`,
      REPORT_LINE,
      "skip  get  the list has no key to request",
      NO_WRITE,
    ],
  ]);
});

test("doctor warns about a date in another format, and accepts a number as an ID", async () => {
  const found = await troublesWith(({ path, body }) => {
    if (!path.startsWith("/api-keys") || body === undefined) return;
    const { data } = body as { data?: unknown };
    const all = [data].flat() as Record<string, unknown>[];
    for (const key of all) if (key !== undefined) key.created_at = "yesterday";
  });
  expect(found).toEqual([
    0,
    [
      "WARN  list: createdAt  created_at is not an ISO 8601 date on 1 of 1 key",
      "  → new keys cannot be told from old ones; report this with --report",
    ],
  ]);
});

test("printed commands quote words that come from PayEngine for the shell", async () => {
  const proxy = await startAlteringProxy(given.fixture.sandbox.url, ({ path, body }) => {
    if (isList(path)) for (const key of (body as List).data) key.type = "secret' $(touch pwned)";
  });
  const project = await given.fixture.project({ config: { "payengine:apiUrl": proxy.url } });
  const { commands } = await examined(project);
  await proxy.close();
  await paste(project, commands);
  const { stdout } = await project.ok("config", "get", "--path", "payengine:contract.types.private");
  expect([stdout.trim(), existsSync(join(project.folder, "pwned"))]).toEqual([
    "secret' $(touch pwned)",
    false,
  ]);
  expect(commands).toEqual([
    `pulumi config set --path payengine:contract.types.private 'secret'\\'' $(touch pwned)'`,
  ]);
});

test("a list with a total that is too small fails", async () => {
  const troubles = await troublesWith(({ path, body }) => {
    if (isList(path) && path.includes("page=1")) Object.assign(body as List, { total: 0 });
  });
  expect(troubles).toEqual([2, [WRONG_TOTAL, REPORT_LINE, NO_WRITE]]);
});

test("a list with a total that leaves out its second page fails", async () => {
  let first: Record<string, unknown> = {};
  const troubles = await troublesWith((answer) => {
    if (!answer.path.startsWith("/api-keys?page=")) return;
    const [, page] = /page=(\d)/.exec(answer.path) ?? [];
    const { data } = answer.body as List;
    // The sandbox's only key, and another on page 2.
    const [known] = data;
    if (known !== undefined) first = known;
    if (page === "2") answer.body = { data: [{ ...first, id: "key_of_page_2" }] };
    Object.assign(answer.body as List, { total: 1 });
  });
  expect(troubles).toEqual([2, [WRONG_TOTAL, REPORT_LINE, NO_WRITE]]);
});

test.each([
  ["by no name at all", () => false],
  ["by its whole name only", (q: string, name: unknown) => q === name],
])("a search by q that finds a listed key %s fails", async (_what, finds) => {
  let name: unknown;
  const troubles = await troublesWith(({ path, body }) => {
    if (!path.startsWith("/api-keys?")) return;
    const q = new URL(path, "http://localhost").searchParams.get("q") ?? "";
    name ??= (body as List).data[0]?.name;
    if (q !== "" && !finds(q, name)) Object.assign(body as List, { data: [] });
  });
  const why =
    "FAIL  list: q  does not find a listed key by its name or part of it, so the list cannot prove that a key is gone";
  expect(troubles).toEqual([2, [why, REPORT_LINE, NO_WRITE]]);
});

test.each([
  [
    12,
    [
      2,
      [
        "FAIL  list: page  page 2 repeats page 1: `page` has no effect, so the list cannot prove that a key is gone",
        REPORT_LINE,
        NO_WRITE,
      ],
    ],
  ],
  // Page 1 has the whole of such a short list.
  [3, [0, []]],
] as const)(
  "doctor handles a page parameter without effect on a list of %i keys",
  async (count, expected) => {
    const many: Record<string, unknown>[] = [];
    const found = await troublesWith(({ path, body }) => {
      if (!isList(path)) return;
      const list = body as List;
      const [known] = list.data;
      if (!path.endsWith("&q=")) return;
      if (known === undefined) {
        list.data.push(...many);
        return;
      }
      while (list.data.length < count)
        list.data.push({ ...known, id: randomUUID(), name: `other ${list.data.length}` });
      many.splice(0, many.length, ...list.data);
    });
    expect(found).toEqual(expected);
  },
);

test("doctor warns about private keys' values in the list without printing them", async () => {
  const troubles = await troublesWith(({ path, body }) => {
    if (path.startsWith("/api-keys?"))
      for (const key of (body as List).data) key.key = given.fixture.credential;
  });
  expect(troubles).toEqual([
    0,
    [
      "WARN  list: values  the list shows the values of 1 private key",
      "  → anyone who may list keys can read them; PayEngine should show a private key only once",
    ],
  ]);
});

test("doctor warns about a clock that is more than a minute off", async () => {
  const troubles = await troublesWith(({ headers }) => {
    headers.date = new Date(Date.now() - 600_000 - 500).toUTCString();
  });
  expect(troubles).toEqual([
    0,
    [
      "WARN  clock  this machine is 10 minutes ahead of PayEngine",
      "  → set this machine's clock: rotation dates and the age check of `orphans` depend on it",
    ],
  ]);
});
