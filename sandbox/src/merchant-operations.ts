import { readListQuery } from "./call-input";
import type { Dialect } from "./dialect";
import { Failure } from "./failure";
import type { CallReader } from "./key-operations";
import type { Merchant } from "./merchant-store";

/** The calls about the account's merchants. Faults match them by the name of the caller's key, if there is one. */
export const merchantOperations: Record<"merchant" | "getMerchant", CallReader> = {
  merchant(sandbox, { caller, callerKey }, request) {
    const { page, size } = readListQuery(request, sandbox.dialect, "/merchant");
    return {
      keyName: callerKey?.name,
      perform() {
        const { dialect } = sandbox;
        const { id, name } = sandbox.accounts.account(caller.accountId);
        const answered = { status: 200, resource: "merchant" } as const;
        if (dialect.merchant === "object") return { ...answered, data: { id, name } };
        if (dialect.merchant === "objectWithoutId") return { ...answered, data: { name } };
        if (dialect.merchant === "empty") return { ...answered, data: [], total: 0 };
        const { merchants, total } = sandbox.merchants.list(id, page, size);
        return { ...answered, data: merchants.map((one) => merchantItem(one, dialect)), total };
      },
    };
  },

  getMerchant(sandbox, { caller, callerKey }, _request, id) {
    return {
      keyName: callerKey?.name,
      perform() {
        const { dialect } = sandbox;
        const merchant = dialect.merchant === "empty" ? undefined : sandbox.merchants.find(id);
        if (merchant?.accountId !== caller.accountId) throw new Failure(404, "Merchant not found", "E110");
        return { status: 200, resource: "merchant", data: merchantItem(merchant, dialect) };
      },
    };
  },
};

function merchantItem({ accountId, ...merchant }: Merchant, dialect: Dialect): Record<string, unknown> {
  return {
    ...merchant,
    ...(dialect.merchant === "withAccountId" ? { accountId } : {}),
    createdAt: new Date(merchant.createdAt).toISOString(),
    updatedAt: new Date(merchant.updatedAt).toISOString(),
  };
}
