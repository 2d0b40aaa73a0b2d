import { callTemplates } from "../call-route";
import type { Sandbox } from "../sandbox";
import { wireName } from "../wire-names";
import { CSRF_HEADER } from "./signed-in";
import type { Visitor } from "./visitor";

/** Keys on one page of the table. */
export const KEYS_PER_PAGE = 10;

/**
 * What the script needs to call the API in the sandbox's dialect, as JSON in a data block: the browser does not run it, and
 * the Content-Security-Policy can refuse all inline scripts.
 */
export function pageData({ dialect }: Sandbox, visitor?: Visitor): string {
  const [id, name, type, value] = (["id", "name", "type", "value"] as const).map((field) =>
    wireName(dialect, "key", field),
  );
  const data = {
    scheme: dialect.scheme,
    calls: callTemplates(dialect),
    fields: { id, name, type, value },
    types: dialect.types,
    isWrapped: dialect.wrapping === "data",
    sizeParameter: dialect.paging,
    size: KEYS_PER_PAGE,
    csrfHeader: CSRF_HEADER,
    csrfToken: visitor?.csrfToken,
    ownKeyId: visitor?.callerKey?.id,
    mayCall: visitor !== undefined && visitor.caller.role !== "User",
  };
  // In a script element, only `<` could end it or begin a comment.
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}
