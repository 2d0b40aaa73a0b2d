import type { DialectInput, FaultInput } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { update } from "../../provider/api-key/update";
import { completed, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(() => harness.close());

const dialects: Record<string, DialectInput> = {
  "the contract": {},
  "bare answers": { wrapping: "bare" },
  "POST 201": { postStatus: 201 },
  "DELETE 204": { deleteStatus: 204 },
  "q ignored": { ignoreQuery: true },
  "lists that count": { counts: "total" },
  "lists that count, ten on a page, q ignored": { counts: "total", pageSize: 10, ignoreQuery: true },
  "lists by limit, ten on a page": { paging: "limit", pageSize: 10 },
  "bare answers, q ignored": { wrapping: "bare", ignoreQuery: true },
  "names unique while live": { uniqueNames: "live" },
  "names taken for ever": { uniqueNames: "forever" },
  "revoked keys kept with a status": { revokedKeys: "status" },
  "camel case": { casing: "camel" },
  "an account without merchants": { merchant: "empty" },
  "the account's id": { merchant: "object" },
  "an account object that tells no id": { merchant: "objectWithoutId" },
  "merchants that tell the account": { merchant: "withAccountId" },
  "failures of the other form, without codes": { failure: "success", codes: "none" },
  "keys that show neither time nor a part of the value": {
    shows: { redacted: false, createdAt: false, lastUsedAt: false },
  },
};

const lost = (orphans: number, fault: FaultInput) => ({ orphans, fault });

/** Faults of one POST after which a key may exist, with the number of keys that recovery must find. */
const lostPosts = {
  "connection dropped before commit": lost(0, { operation: "createKey", kind: "dropBeforeCommit" }),
  "connection dropped after commit": lost(1, { operation: "createKey", kind: "dropAfterCommit" }),
  "500 after commit": lost(1, { operation: "createKey", kind: "statusAfterCommit", status: 500 }),
  "502 page after commit": lost(1, {
    operation: "createKey",
    kind: "statusAfterCommit",
    status: 502,
    body: "html",
  }),
  "503 after commit": lost(1, {
    operation: "createKey",
    kind: "statusAfterCommit",
    status: 503,
    body: "empty",
  }),
  "409 after commit": lost(1, { operation: "createKey", kind: "statusAfterCommit", status: 409 }),
  "500 before commit": lost(0, { operation: "createKey", kind: "statusBeforeCommit", status: 500 }),
  "a redirect": lost(0, { operation: "createKey", kind: "redirect", location: "/api/elsewhere" }),
  "body cut off": lost(1, { operation: "createKey", kind: "truncatedBody" }),
  "no value in the answer": lost(1, { operation: "createKey", kind: "valueMissing" }),
  "a web page instead of JSON": lost(1, { operation: "createKey", kind: "html200" }),
  "an endless answer": lost(1, { operation: "createKey", kind: "oversizedBody", bytes: 5_000_000 }),
  "a 429 that is not PayEngine's own": lost(0, { operation: "createKey", kind: "rateLimit", asHtml: true }),
};

describe.each(Object.entries(dialects))("with %s", (_dialect, dialect) => {
  test("a key is created, kept by update and revoked by delete", async () => {
    await harness.control.setDialect(dialect);
    const inputs = harness.inputs();
    const state = completed(await create(harness.context(), inputs));
    await harness.expectOnlyKeysOf(state);
    expect(state).toMatchObject({ name: inputs.uniqueName, ...inputs });
    expect(state.pendingAction).toBeUndefined();
    await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, inputs)));
    await revokeAll(harness.context(), state);
    await harness.expectOnlyKeysOf();
  });

  test.each(Object.entries(lostPosts))(
    "a POST lost by %s leaves one key",
    async (_name, { fault, orphans }) => {
      await harness.control.setDialect(dialect);
      await harness.control.addFault(fault);
      const inputs = harness.inputs();
      const state = completed(await create(harness.context(), inputs));

      await harness.expectOnlyKeysOf(state);
      expect(state.name).toBe(`${inputs.uniqueName}-r2`);
      expect(state.pendingAction).toBe(orphans === 1 ? undefined : "reconcile");
      expect(state.unresolvedNames).toEqual(orphans === 1 ? undefined : [inputs.uniqueName]);

      await harness.advance(65_001);
      const reconciled = completed(await update(harness.context(), state, inputs));
      expect(reconciled).toMatchObject({ name: state.name, token: state.token });
      expect(reconciled).not.toHaveProperty("pendingAction");
      expect(reconciled).not.toHaveProperty("unresolvedNames");
      expect(reconciled).not.toHaveProperty("reconcileAfter");
      await revokeAll(harness.context(), reconciled);
      await harness.expectOnlyKeysOf();
    },
  );
});
