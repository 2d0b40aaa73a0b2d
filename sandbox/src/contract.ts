import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** PayEngine's calls, by the names that faults and the log of requests use. */
export const operations = [
  "createKey",
  "listKeys",
  "getKey",
  "revealKey",
  "revokeKey",
  "merchant",
  "getMerchant",
] as const;

/** One of PayEngine's calls. */
export type Operation = (typeof operations)[number];

/** The contract's text, as served. */
export const contractYaml = readFileSync(join(__dirname, "..", "payengine-keys-api.yaml"), "utf8");

/** The contract as an object. */
export const contract: ContractDocument = parse(contractYaml);

interface ContractDocument {
  paths: Record<string, Record<string, CallDescription>>;
  components: { parameters: Record<string, Parameter> };
}

interface CallDescription {
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  parameters?: (Parameter | { $ref: string })[];
}

interface Parameter {
  name: string;
  in: string;
  schema: JsonSchema;
}

/** The parts of a JSON Schema that the sandbox reads. */
export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
}

/** The contract's schema of the body of POST /api-keys. */
export function newKeySchema(): JsonSchema {
  return contract.paths["/api-keys"]?.post?.requestBody?.content["application/json"]?.schema ?? {};
}

/** The contract's schemas of the parameters of a list, by their names. */
export function listParameters(path: "/api-keys" | "/merchant"): Record<string, JsonSchema> {
  const parameters = (contract.paths[path]?.get?.parameters ?? []).map(parameterOf);
  return Object.fromEntries(parameters.flatMap((found) => (found ? [[found.name, found.schema]] : [])));
}

function parameterOf(described: Parameter | { $ref: string }): Parameter | undefined {
  if (!("$ref" in described)) return described;
  return contract.components.parameters[described.$ref.split("/").at(-1) ?? ""];
}
