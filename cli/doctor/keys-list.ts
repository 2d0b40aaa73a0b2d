import { randomBytes } from "node:crypto";
import { z } from "zod";
import { ApiError, messageOf } from "../../provider/errors";
import { PAGE_SIZE } from "../../provider/payengine-api";
import { type Finding, fail, pass, skip, warn } from "./finding";
import { fieldFindings, keysOf, REPORT_IT } from "./key-fields";
import type { ObservedClient } from "./observed-client";

const Page = z.union([
  z.array(z.unknown()).transform((data) => ({ data, total: undefined })),
  z.object({ data: z.array(z.unknown()), total: z.unknown() }),
]);

type Page = z.infer<typeof Page>;

/** Role and keys endpoint, by reading only. */
export async function listFindings(client: ObservedClient): Promise<Finding[]> {
  const { page, problem } = await readPage(client, 1, "");
  if (problem instanceof ApiError) return [refused(problem), skip("list", "PayEngine does not give it")];
  if (page === undefined) {
    return [
      skip("role", "the list of keys cannot be read"),
      fail(
        "list",
        messageOf(problem ?? "The list of keys is neither an array nor { data: [...] }"),
        REPORT_IT,
      ),
    ];
  }
  const one = await oneKey(client, page);
  const second = await readPage(client, 2, "");
  return [
    pass("role", "the credential's user may manage keys"),
    pass("list", `${keysOf(page.data.length)} on the first page`),
    ...fieldFindings("list", page.data),
    values(page),
    one,
    total([page, ...(second.page === undefined ? [] : [second.page])]),
    paging(page, second),
    await query(client, page),
  ];
}

interface ReadPage {
  readonly page: Page | undefined;
  readonly problem: unknown;
}

/** @returns what came over the wire, also where it is not in the contract's form. */
async function readPage(client: ObservedClient, page: number, q: string): Promise<ReadPage> {
  let problem: unknown;
  await client.api.listKeys(page, q).catch((error: unknown) => {
    problem = error;
  });
  const raw = Page.safeParse(client.latest());
  return { page: raw.success ? raw.data : undefined, problem };
}

function refused(problem: ApiError): Finding {
  if (problem.status === 403) {
    const todo =
      "have an admin raise this user's role to Admin or Developer in PayEngine's dashboard, or use a private key of " +
      "somebody who has it";
    return fail("role", problem.message, todo);
  }
  if (problem.status === 404) {
    return fail("role", problem.message, `if payengine:apiUrl is right, ${REPORT_IT}`);
  }
  return fail("role", problem.message, "put this right first; then run this again");
}

function values({ data }: Page): Finding {
  const check = "list: values";
  const shown = data.filter((key) => {
    const { type, key: value, redactedKey } = Object(key);
    return type !== "public" && typeof value === "string" && value !== "" && value !== redactedKey;
  });
  if (shown.length === 0) return pass(check, "no private key's value is shown");
  return warn(
    check,
    `the list shows the values of ${keysOf(shown.length)} that should be private`,
    "PayEngine should show a private key once: whoever may list keys can read these",
  );
}

/** The key itself is what tells whether it is gone, where a list may lag behind. */
async function oneKey({ api }: ObservedClient, { data }: Page): Promise<Finding> {
  const check = "get";
  const id = data.map(idOf).find((it) => typeof it === "string" && it !== "");
  if (id === undefined) return skip(check, "there is no key to ask for");
  try {
    const key = await api.getKey(String(id));
    if (key.id === id) return pass(check, "GET of the first key answers with it");
    return fail(check, "GET of the first key answers with another one", REPORT_IT);
  } catch (error) {
    return fail(check, messageOf(error), REPORT_IT);
  }
}

/** Reading ends where `total` says so: one that is too small hides keys. */
function total(pages: readonly Page[]): Finding {
  const check = "list: total";
  const counts = pages.flatMap(({ total: count }) => count ?? []);
  const [first] = counts;
  if (first === undefined) return pass(check, "is absent: an empty page ends the list");
  const least = new Set(pages.flatMap(({ data }) => data.map(idOf))).size;
  const areCounts = counts.every((count) => Number.isInteger(count) && Number(count) >= least);
  if (areCounts) return pass(check, String(first));
  return fail(check, "is no number of keys, or less than those on the pages", REPORT_IT);
}

function paging(first: Page, { page, problem }: ReadPage): Finding {
  const check = "list: paging";
  if (page === undefined) return fail(check, messageOf(problem ?? "page 2 cannot be read"), REPORT_IT);
  const ids = new Set(first.data.map(idOf));
  const repeated = page.data.filter((key) => ids.has(idOf(key)));
  if (first.data.length > PAGE_SIZE) {
    return fail(check, `page 1 has ${first.data.length} keys where ${PAGE_SIZE} were asked for`, REPORT_IT);
  }
  // A key made meanwhile pushes one over from page 1.
  if (repeated.length > 0 && repeated.length >= Math.min(first.data.length, 5)) {
    return fail(
      check,
      "page 2 repeats page 1: `page` does nothing, so no key's absence can be proven",
      REPORT_IT,
    );
  }
  return pass(check, `page 2 has ${keysOf(page.data.length)}, none of page 1`);
}

async function query(client: ObservedClient, { data }: Page): Promise<Finding> {
  const check = "list: q";
  const { page, problem } = await readPage(client, 1, `pulumi-payengine-${randomBytes(8).toString("hex")}`);
  if (page === undefined) return fail(check, messageOf(problem ?? "the answer cannot be read"), REPORT_IT);
  const known = data.find((key) => typeof Object(key).name === "string");
  // A key's other attempts bear its name and more: part of a name must find it, too.
  for (const part of known === undefined ? [] : partsOf(Object(known).name)) {
    const found = await readPage(client, 1, part);
    if (found.page === undefined) return fail(check, messageOf(found.problem), REPORT_IT);
    if (!mayHold(found.page, known)) {
      const what = "does not find a listed key by its name or part of it, so no key's absence can be proven";
      return fail(check, what, REPORT_IT);
    }
  }
  const isHonoured = page.data.length === 0;
  return pass(check, isHonoured ? "is honoured" : "is ignored: every search reads the whole list");
}

function partsOf(name: string): string[] {
  return [name, [...name].slice(0, -1).join("")];
}

/** Says whether a page shows a key, or a later one may. */
function mayHold({ data }: Page, key: unknown): boolean {
  return data.length >= PAGE_SIZE || data.some((it) => idOf(it) === idOf(key));
}

function idOf(key: unknown): unknown {
  return Object(key).id;
}
