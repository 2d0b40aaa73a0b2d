import type { Operation } from "./contract";
import type { Dialect } from "./dialect";

/** A call of the dialect. */
export interface CallRoute {
  operation: Operation;
  /** The key or merchant in the path; "" if there is none. */
  id: string;
}

/** The call of a method and path; undefined if PayEngine reports it as unsupported. */
export function callRoute(dialect: Dialect, method: string, path: string): CallRoute | undefined {
  for (const [operation, template] of Object.entries(callTemplates(dialect)) as [Operation, string][]) {
    const id = idIn(template, `${method} ${path}`);
    if (id !== undefined) return { operation, id };
  }
  return undefined;
}

/** Method and path of each call, such as `GET /api-keys/{id}`. */
export function callTemplates({
  path,
  getById,
  reveal,
  revokeBy,
}: Dialect): Partial<Record<Operation, string>> {
  return {
    createKey: `POST ${path}`,
    listKeys: `GET ${path}`,
    ...(getById ? { getKey: `GET ${path}/{id}` } : {}),
    ...(reveal === "byCall" ? { revealKey: `POST ${path}/{id}/reveal` } : {}),
    revokeKey: revokeBy === "DELETE" ? `DELETE ${path}/{id}` : `POST ${path}/{id}/revoke`,
    merchant: "GET /merchant",
    getMerchant: "GET /merchant/{id}",
  };
}

function idIn(template: string, call: string): string | undefined {
  const [before = "", after] = template.split("{id}");
  if (after === undefined) return template === call ? "" : undefined;
  const id = call.slice(before.length, call.length - after.length);
  const matches = call.startsWith(before) && call.endsWith(after) && id !== "" && !id.includes("/");
  return matches ? decoded(id) : undefined;
}

function decoded(id: string): string | undefined {
  try {
    return decodeURIComponent(id);
  } catch {
    return undefined;
  }
}
