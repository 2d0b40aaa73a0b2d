import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import type { FastifySchema, FastifySchemaCompiler } from "fastify";
import { parse } from "yaml";

/** The calls of the contract, by the names that faults and the log of requests use. */
export const operations = {
  createKey: { method: "POST", path: "/api-keys" },
  listKeys: { method: "GET", path: "/api-keys" },
  getKey: { method: "GET", path: "/api-keys/{id}" },
  revokeKey: { method: "DELETE", path: "/api-keys/{id}" },
  merchant: { method: "GET", path: "/merchant" },
} as const;

/** One of the contract's calls. */
export type Operation = keyof typeof operations;

/** The contract's text, as it is served. */
export const contractYaml = readFileSync(join(__dirname, "..", "payengine-keys-api.yaml"), "utf8");

/** The contract as an object. */
export const contract: ContractDocument = parse(contractYaml);

interface ContractDocument {
  paths: Record<
    string,
    Record<string, { requestBody?: unknown; parameters?: { name: string; in: string; schema: unknown }[] }>
  >;
}

const documentId = "payengine-keys-api";
// OpenAPI's own keywords stand between the schemas; strict mode would refuse them.
const bodies = new Ajv2020({ strict: false }).addSchema(contract, documentId);
const queries = new Ajv2020({ strict: false, coerceTypes: true, useDefaults: true });

/** Compiles what `requestSchema` gives. Only addresses are coerced: a body's number is not a string. */
export const contractCompiler: FastifySchemaCompiler<FastifySchema> = ({ schema, httpPart }) =>
  (httpPart === "body" ? bodies : queries).compile(schema);

/** What the contract wants of a call's body and query, in Fastify's form. */
export function requestSchema(operation: Operation): FastifySchema {
  const { method, path } = operations[operation];
  const { requestBody, parameters = [] } = contract.paths[path]?.[method.toLowerCase()] ?? {};
  const query = parameters.filter((parameter) => parameter.in === "query");
  return {
    ...(requestBody ? { body: { $ref: `${documentId}#${bodyPointer(path, method)}` } } : {}),
    querystring: {
      type: "object",
      properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
    },
  };
}

function bodyPointer(path: string, method: string): string {
  const escapedPath = path.replaceAll("~", "~0").replaceAll("/", "~1");
  return `/paths/${escapedPath}/${method.toLowerCase()}/requestBody/content/application~1json/schema`;
}
