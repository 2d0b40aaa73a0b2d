import Ajv2020, { type ErrorObject, type ValidateFunction } from "ajv/dist/2020";
import type { FastifyRequest } from "fastify";
import { type JsonSchema, listParameters, newKeySchema } from "./contract";
import type { Dialect } from "./dialect";
import { Failure, type FieldError, ValidationFailure } from "./failure";
import type { KeyType } from "./key-value";
import { wireName } from "./wire-names";

/** The requested page of a list. */
export interface PageQuery {
  page: number;
  size: number;
}

/** A requested page, and the text to find in key names; "" for all keys. */
export interface ListQuery extends PageQuery {
  q: string;
}

// The schemas have OpenAPI keywords, which strict mode would reject.
const bodies = new Ajv2020({ strict: false, allErrors: true });
// Coerces types in queries only: in a body, a number is not a string.
const queries = new Ajv2020({ strict: false, allErrors: true, coerceTypes: true, useDefaults: true });

/**
 * Reads the name and type of a key to create, in the sandbox's own words.
 *
 * @throws {Failure} 400 for a body that is not JSON.
 * @throws {ValidationFailure} for JSON that does not fit the contract in the dialect's words.
 */
export function readNewKey(
  { headers, body }: FastifyRequest,
  dialect: Dialect,
): { name: string; type: KeyType } {
  const value = readJson(headers["content-type"], typeof body === "string" ? body : "");
  const [name, type] = [wireName(dialect, "key", "name"), wireName(dialect, "key", "type")];
  const read = validated(newKeyValidator(dialect), value) as Record<string, string>;
  return { name: String(read[name]), type: read[type] === dialect.types.public ? "public" : "private" };
}

/**
 * Reads the page of a list and the text to find in key names.
 *
 * @throws {ValidationFailure} for a query that does not fit the contract and the dialect's paging.
 */
export function readListQuery(
  { query }: Pick<FastifyRequest, "query">,
  dialect: Dialect,
  path: "/api-keys" | "/merchant",
): ListQuery {
  const read = validated(listValidator(dialect, path), { ...Object(query) }) as ReadQuery;
  const size = dialect.pageSize ?? (dialect.paging === "limit" ? read.limit : read.size);
  return { page: read.page, size, q: read.q ?? "" };
}

/** A query with its defaults. */
interface ReadQuery extends PageQuery {
  limit: number;
  q?: string;
}

function readJson(contentType: string | undefined, text: string): unknown {
  if (text === "") return undefined;
  if (!/^application\/json\b/i.test(contentType ?? "")) throw new Failure(400, "The body must be JSON");
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(400, "The body is not valid JSON");
  }
}

function validated(validate: ValidateFunction, value: unknown): unknown {
  if (validate(value)) return value;
  throw new ValidationFailure((validate.errors ?? []).map(fieldError));
}

function fieldError({ instancePath, params, message = "is not valid" }: ErrorObject): FieldError {
  const field: string = params.missingProperty ?? instancePath.slice(1);
  return { field, message: params.missingProperty === undefined ? message : "is required" };
}

function newKeyValidator(dialect: Dialect): ValidateFunction {
  const [name, type] = [wireName(dialect, "key", "name"), wireName(dialect, "key", "type")];
  const { properties, ...schema } = newKeySchema();
  return compiled(bodies, {
    ...schema,
    required: [name, type],
    properties: {
      [name]: properties?.name ?? {},
      [type]: { type: "string", enum: [dialect.types.public, dialect.types.private] },
    },
  });
}

function listValidator({ paging }: Dialect, path: "/api-keys" | "/merchant"): ValidateFunction {
  const { size = {}, ...others } = listParameters(path);
  const limit = { type: "integer", minimum: 10, maximum: 500, default: 10 };
  return compiled(queries, {
    type: "object",
    properties: { ...others, ...(paging === "limit" ? { limit } : { size }) },
  });
}

const validators = new Map<string, ValidateFunction>();

/** Cached, because compiling takes milliseconds and every call needs the dialect's schemas. */
function compiled(ajv: Ajv2020, schema: JsonSchema): ValidateFunction {
  const text = JSON.stringify(schema);
  const known = validators.get(text) ?? ajv.compile(schema);
  validators.set(text, known);
  return known;
}
