import fc from "fast-check";
import type { DialectInput } from "payengine-sandbox";
import { parseHar } from "../../cli/contract/har-file";
import { learn } from "../../cli/contract/learn";
import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { parseContract } from "../../provider/payengine/written-contract";
import { DIALECTS, drawDialect, mannerOf } from "../dialects";
import { harOf } from "../har-recorder";
import { recordKey } from "../recorded-console";
import { SandboxHarness } from "../sandbox-harness";
import { findSecrets } from "../secret-search";

let harness: SandboxHarness;
beforeAll(async () => {
  harness = await SandboxHarness.open();
});
afterAll(() => harness.close());

/** Records a private key, and a public one where their words differ from the default. */
async function learnIn(dialect: DialectInput) {
  await harness.speak(dialect);
  const headers = { authorization: `${dialect.scheme ?? "Basic"} ${harness.credential}` };
  const { recorder, secrets } = await recordKey(harness.url, headers, dialect);
  if (dialect.types) await recordKey(harness.url, headers, dialect, { type: "public" }, recorder);
  const learned = learn("keys.har", parseHar("keys.har", JSON.stringify(harOf(recorder.entries))));
  expect(findSecrets(secrets, [{ name: "what was learned", content: JSON.stringify(learned) }])).toEqual([]);
  return learned;
}

/** The contract that a dialect needs, as far as a recording can show it. */
function needed(dialect: DialectInput) {
  const { contract = {} } = mannerOf(dialect);
  const { fields, revokedStatuses, ...rest } = contract;
  const { redacted = true, createdAt = true } = dialect.shows ?? {};
  const hidden = [...(redacted ? [] : ["redacted"]), ...(createdAt ? [] : ["createdAt"])];
  const shown = Object.entries(Object(fields)).filter(([field]) => !hidden.includes(field));
  const isStatusShown = dialect.revokedKeys === "status" || dialect.deleteStatus !== 204;
  return parsed({
    ...rest,
    fields: Object.fromEntries(shown),
    // The default word stays, as in doctor.
    ...(Array.isArray(revokedStatuses) &&
      isStatusShown && { revokedStatuses: ["revoked", ...revokedStatuses] }),
  });
}

function parsed(contract: unknown) {
  const result = parseContract(contract);
  if (!("contract" in result)) throw new Error(JSON.stringify(result.problems));
  return result.contract;
}

test.each(Object.entries(DIALECTS))(
  "a recording teaches the contract of its account (%s)",
  async (_name, dialect) => {
    const { contract, findings, keys } = await learnIn(dialect);
    expect(parsed(contract)).toEqual(needed(dialect));
    expect(findings.filter(({ todo }) => todo !== undefined)).toEqual([]);
    expect(keys.revoked).toBe(keys.created);
  },
);

test("a recording teaches the contract of an account that differs in several ways at once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat({ max: 1_000 })), async (numbers) => {
      const dialect = drawDialect((limit) => Number(numbers.next().value) % limit);
      const { contract, findings } = await learnIn(dialect);
      expect(parsed(contract)).toEqual(needed(dialect));
      expect(findings.filter(({ todo }) => todo !== undefined)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test("the conventions need no setting", async () => {
  const { contract, commands } = await learnIn({});
  expect(contract).toEqual({});
  expect(parsed(contract)).toEqual(DEFAULT_CONTRACT);
  expect(commands).toEqual([`pulumi config set payengine:apiUrl ${harness.url}`]);
});
