import type { DialectInput } from "payengine-sandbox";
import { NEW_JOURNAL } from "../../provider/api-key/journal";
import { findLiveKeys, sweep } from "../../provider/api-key/sweep";
import type { PayEngineClient } from "../../provider/payengine/calls";
import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import type { KeyPage, PayEngineKey } from "../../provider/payengine/read-answer";
import { parseContract } from "../../provider/payengine/written-contract";
import { messageThrownBy, newInputs, SandboxHarness } from "../sandbox-harness";

const unique = newInputs().uniqueName;
const key = (id: number, name = "another's"): PayEngineKey => ({
  id: `key_${id}`,
  name,
  type: "private",
  status: "active",
  isRevoked: false,
  value: undefined,
  redacted: undefined,
  createdAt: "2026-01-01T00:00:00Z",
  lastUsedAt: undefined,
});

/** A list that returns these pages in order for any page number. The sandbox's list never changes while it is read. */
function scripted(pages: KeyPage[]): { api: PayEngineClient; asked: number[] } {
  const asked: number[] = [];
  const readPage = async (page: number): Promise<KeyPage> => {
    asked.push(page);
    const answer = pages.shift();
    if (answer === undefined) throw new Error("more pages were asked for than the script has");
    return answer;
  };
  const client: Partial<PayEngineClient> = { readPage, pages: { longest: 0 } };
  return { api: client as PayEngineClient, asked };
}

const end: KeyPage = { data: [], total: undefined };
const page = (data: PayEngineKey[], total?: number): KeyPage => ({ data, total });

describe("in the sandbox with 250 other keys,", () => {
  let harness: SandboxHarness;
  beforeAll(async () => {
    harness = await SandboxHarness.open();
    const context = harness.context();
    const { client: api } = context;
    await api.createKey({ name: unique, type: "private" });
    // In sequence: on a busy machine, the last of 250 requests at once would time out.
    for (let number = 0; number < 250; number += 1)
      await api.createKey({ name: `other-${number}`, type: "public" });
  });
  afterAll(() => harness.close());

  // The account lists its three credentials as well: 254 keys, on three pages of 100.
  test.each<[string, DialectInput, number]>([
    ["q is honoured", {}, 2],
    ["q is honoured and lists count", { counts: "total" }, 1],
    ["q is ignored", { ignoreQuery: true }, 6],
    ["q is ignored and lists count", { ignoreQuery: true, counts: "total" }, 6],
    ["answers are bare", { ignoreQuery: true, wrapping: "bare" }, 6],
    ["pages are asked for by limit", { ignoreQuery: true, paging: "limit" }, 6],
    ["every page has ten", { ignoreQuery: true, pageSize: 10 }, 52],
  ])("the key on the last page is found when %s", async (_case, dialect, requests) => {
    await harness.control.setDialect(dialect);
    await harness.control.clearRequests();
    const found = await findLiveKeys(harness.context().client, unique);
    expect(found.map(({ name }) => name)).toEqual([unique]);
    expect(await harness.calls()).toHaveLength(requests);
  });

  test("a client that has seen a full page treats a shorter one as the last", async () => {
    await harness.control.setDialect({});
    const context = harness.context();
    await context.readableList();
    await harness.control.clearRequests();
    expect(await findLiveKeys(context.client, unique)).toHaveLength(1);
    expect(await harness.calls()).toHaveLength(1);
  });

  test("an unknown status counts as active, and the contract's revoked statuses do not", async () => {
    await harness.control.setDialect({
      statuses: { active: "suspended", revoked: "disabled" },
      revokedKeys: "status",
    });
    const { client } = harness.context();
    const found = await findLiveKeys(client, unique);
    expect(found.map(({ status, isRevoked }) => ({ status, isRevoked }))).toEqual([
      { status: "suspended", isRevoked: false },
    ]);
    const parsed = parseContract({ revokedStatuses: ["suspended", "disabled"] });
    const contract = "contract" in parsed ? parsed.contract : DEFAULT_CONTRACT;
    expect(await findLiveKeys(harness.context({ contract }).client, unique)).toEqual([]);
  });
});

test("a list of one page is read once", async () => {
  const { api, asked } = scripted([page([key(1, unique), key(2)], 2)]);
  expect(await findLiveKeys(api, unique)).toEqual([key(1, unique)]);
  expect(asked).toEqual([1]);
});

test("an empty list is read once", async () => {
  expect(await findLiveKeys(scripted([end]).api, unique)).toEqual([]);
});

test("a key that a changing list hides from the first read is found by the second and confirmed by a third", async () => {
  const without = [page([key(1), key(4)]), page([key(2)])];
  const withKey = [page([key(1), key(4)]), page([key(2), key(3, unique)]), end];
  const { api, asked } = scripted([...without, ...withKey, ...structuredClone(withKey)]);
  expect(await findLiveKeys(api, unique)).toEqual([key(3, unique)]);
  expect(asked).toEqual([1, 2, 1, 2, 3, 1, 2, 3]);
});

test("a list that differs in each of five reads is an error", async () => {
  const reads = [1, 2, 3, 4, 5].flatMap((id) => [page([key(id, unique), key(8)]), page([key(9)])]);
  expect(await messageThrownBy(() => findLiveKeys(scripted(reads).api, unique))).toBe(
    "The list of keys kept changing over 5 reads; try again",
  );
});

test("a page that only repeats earlier ones is an error and not the end of the list", async () => {
  const ten = Array.from({ length: 10 }, (_, number) => key(number));
  const repeating = scripted([page(ten), page(ten)]);
  expect(await messageThrownBy(() => findLiveKeys(repeating.api, unique))).toBe(
    "Page 2 of the list of keys repeats earlier ones",
  );
});

test("a list without paging ends with its first response if that is shorter than a page", async () => {
  const whole = [key(1, unique), key(2)];
  const { api, asked } = scripted([page(whole), page(whole)]);
  expect(await findLiveKeys(api, unique)).toEqual([key(1, unique)]);
  expect(asked).toEqual([1, 2]);
});

test("a list without names is an error for a search by name", async () => {
  const nameless = [key(1, ""), key(2, "")];
  expect(await messageThrownBy(() => findLiveKeys(scripted([page(nameless, 2)]).api, unique))).toBe(
    "The list of keys does not match the contract (no entry has a name); if names are in another field, set " +
      "that field as payengine:contract.fields.name",
  );
  const some = [key(1, ""), key(2, unique)];
  expect(await findLiveKeys(scripted([page(some, 2)]).api, unique)).toEqual([key(2, unique)]);
});

test("a list that ends before its total is an error", async () => {
  const short = scripted([page([key(1)], 150), page([], 150)]);
  expect(await messageThrownBy(() => findLiveKeys(short.api, unique))).toBe(
    "The list of keys ends after 1 of 150",
  );
});

test("a list that shrinks while it is read ends at its new total", async () => {
  const read = [page([key(1)], 2), page([], 1)];
  expect(await findLiveKeys(scripted([...read, ...structuredClone(read)]).api, unique)).toEqual([]);
});

test("a list without an end is an error after a thousand pages", async () => {
  const endless = Array.from({ length: 1_001 }, (_, number) => page([key(number)]));
  expect(await messageThrownBy(() => findLiveKeys(scripted(endless).api, unique))).toBe(
    "The list of keys has more than 1000 pages",
  );
});

test("revoked keys, longer names and other suffixes do not count as active keys of the resource", async () => {
  const keys = [
    { ...key(1, unique), status: "revoked", isRevoked: true },
    key(2, `${unique}0`),
    key(3, `${unique}-g2`),
    key(4, `x${unique}`),
    key(5, `${unique}-r3`),
  ];
  expect(await findLiveKeys(scripted([page(keys, 5)]).api, unique)).toEqual([
    key(3, `${unique}-g2`),
    key(5, `${unique}-r3`),
  ]);
});

test("a key that cannot be revoked does not stop the revocation of others", async () => {
  const harness = await SandboxHarness.open();
  try {
    const context = harness.context();
    for (const name of [unique, `${unique}-r2`, `${unique}-r3`])
      await context.client.createKey({ name, type: "private" });
    await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
    await expect(sweep(context, unique, NEW_JOURNAL, [])).rejects.toThrow("PayEngine returned 503");
    expect(await harness.liveKeys()).toHaveLength(1);
  } finally {
    await harness.close();
  }
});

test("the sweep revokes all keys except the one to keep, and reports whether the list showed that one", async () => {
  const harness = await SandboxHarness.open();
  try {
    const context = harness.context();
    const { client: api } = context;
    const kept = await api.createKey({ name: `${unique}-r3`, type: "private" });
    const first = await api.createKey({ name: unique, type: "private" });
    const second = await api.createKey({ name: `${unique}-r2`, type: "private" });
    const swept = await sweep(context, unique, NEW_JOURNAL, [kept.id ?? ""]);
    expect([...swept.revoked].sort()).toEqual([first.name, second.name].sort());
    expect(swept.kept).toEqual([kept.id]);
    expect(await sweep(context, unique, NEW_JOURNAL, ["key_not_listed"])).toMatchObject({
      revoked: [kept.name],
      kept: [],
    });
  } finally {
    await harness.close();
  }
});
