// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = ["api-key-args", "api-key-outputs", "contract-args", "provider", "lookups"];
const ANY = { $ref: "pulumi.json#/Any" };

/** Types of the package by the interfaces of the SDK that describe them. */
const TYPES = {
  RotationArgs: "payengine:index:Rotation",
  AdoptArgs: "payengine:index:Adopt",
  VerifyArgs: "payengine:index:Verify",
  ContractArgs: "payengine:index:Contract",
  ContractFields: "payengine:index:ContractFields",
  ContractTypes: "payengine:index:ContractTypes",
  ApiKeyInfo: "payengine:index:ApiKeyInfo",
};
const KEY_TYPE = "payengine:index:KeyType";
/** What only some languages can say otherwise: a text, or an object. */
const WIDER = {
  verify: { oneOf: [{ type: "boolean" }, reference("VerifyArgs")] },
  contract: { oneOf: [{ type: "string" }, reference("ContractArgs")] },
  maxRetries: { type: "integer" },
  generation: { type: "integer" },
  triggers: { type: "object", additionalProperties: ANY },
};
const SECRETS = ["token", "previousToken", "apiKey"];
/** Outputs that a resource always has. */
const ALWAYS = ["type", "namePrefix", "uniqueName", "name", "token"];

/** @param {keyof typeof TYPES} name */
function reference(name) {
  return { $ref: `#/types/${TYPES[name]}` };
}

/** The package's schema, from the doc comments of the SDK. */
export function packageSchema() {
  const { version, description } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  const paths = SOURCES.map((name) => join(REPOSITORY, "sdk", `${name}.ts`));
  const declarations = new Map(paths.flatMap(declarationsIn));
  /** @param {string} name */
  const properties = (name) => propertiesOf(declarations, name);
  const outputs = properties("ApiKeyOutputs").properties;
  const args = properties("ApiKeyArgs");
  const provider = properties("ProviderArgs").properties;
  const { provider: _, ...config } = /** @type {Record<string, any>} */ (provider);
  return {
    name: "payengine",
    displayName: "PayEngine",
    version,
    description,
    keywords: ["pulumi", "payengine", "category/utility"],
    license: "Apache-2.0",
    config: { variables: stackConfig(config) },
    types: {
      [KEY_TYPE]: {
        type: "string",
        description: "Who may see a key.",
        enum: [
          { name: "Public", value: "public", description: "For code that is handed out." },
          { name: "Private", value: "private", description: "For servers." },
        ],
      },
      ...Object.fromEntries(
        Object.entries(TYPES).map(([name, token]) => [
          token,
          { type: "object", description: descriptionOf(declarations, name), ...properties(name) },
        ]),
      ),
    },
    provider: {
      description: descriptionOf(declarations, "Provider"),
      inputProperties: provider,
      properties: withoutSecrets(provider),
    },
    resources: {
      "payengine:index:ApiKey": {
        description: EXAMPLES.ApiKey,
        inputProperties: args.properties,
        requiredInputs: args.required,
        properties: outputs,
        required: ALWAYS,
      },
    },
    functions: {
      "payengine:index:getApiKey": {
        description:
          "Looks up a key, also in previews, by its ID or by its exact name among those that are not revoked.",
        inputs: { type: "object", properties: properties("GetApiKeyArgs").properties },
        outputs: { type: "object", ...properties("ApiKeyInfo") },
      },
      "payengine:index:listApiKeys": {
        description: "Lists the keys of the account, also in previews: all pages, newest first.",
        inputs: { type: "object", properties: properties("ListApiKeysArgs").properties },
        outputs: {
          type: "object",
          properties: { keys: { type: "array", items: reference("ApiKeyInfo"), description: "The keys." } },
          required: ["keys"],
        },
      },
    },
    language: {
      nodejs: { packageName: "pulumi-payengine-native", respectSchemaVersion: true },
      python: { packageName: "pulumi_payengine", respectSchemaVersion: true, pyproject: { enabled: true } },
      go: {
        importBasePath: "github.com/pulumi-payengine/pulumi-payengine/sdk/go/payengine",
        respectSchemaVersion: true,
        generateResourceContainerTypes: true,
      },
      csharp: { namespaces: { payengine: "PayEngine" }, respectSchemaVersion: true },
      java: { basePackage: "com.pulumi", buildFiles: "gradle" },
    },
  };
}

const EXAMPLES = {
  ApiKey: `A PayEngine API key, created by \`pulumi up\` and revoked by \`pulumi destroy\`.

PayEngine shows a private key's value once. The provider puts it straight into Pulumi's encrypted state.

{{% examples %}}
## Example Usage
{{% example %}}
### A private key

\`\`\`typescript
import * as payengine from "pulumi-payengine-native";

const checkout = new payengine.ApiKey("checkout", { type: "private" });
export const privateKey = checkout.token;
\`\`\`
\`\`\`python
import pulumi
import pulumi_payengine as payengine

checkout = payengine.ApiKey("checkout", type="private")
pulumi.export("privateKey", checkout.token)
\`\`\`
\`\`\`go
package main

import (
	"github.com/pulumi-payengine/pulumi-payengine/sdk/go/payengine"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		checkout, err := payengine.NewApiKey(ctx, "checkout", &payengine.ApiKeyArgs{
			Type: payengine.KeyTypePrivate,
		})
		if err != nil {
			return err
		}
		ctx.Export("privateKey", checkout.Token)
		return nil
	})
}
\`\`\`
\`\`\`csharp
using System.Collections.Generic;
using Pulumi;
using Pulumi.PayEngine;

return await Deployment.RunAsync(() =>
{
    var checkout = new ApiKey("checkout", new() { Type = KeyType.Private });
    return new Dictionary<string, object?> { ["privateKey"] = checkout.Token };
});
\`\`\`
\`\`\`yaml
resources:
  checkout:
    type: payengine:ApiKey
    properties:
      type: private
outputs:
  privateKey: \${checkout.token}
\`\`\`
{{% /example %}}
{{% /examples %}}

## Import

Set \`PAYENGINE_IMPORT_TOKEN\` to the key's value, and give the key's ID at PayEngine:

\`\`\`sh
pulumi import payengine:index:ApiKey checkout <keyId>
\`\`\`
`,
};

/** @param {string} path @returns {[string, ts.InterfaceDeclaration | ts.ClassDeclaration | ts.TypeAliasDeclaration][]} */
function declarationsIn(path) {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true);
  return file.statements.flatMap((statement) => {
    const isNamed =
      ts.isInterfaceDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement);
    return isNamed && statement.name ? [[statement.name.text, statement]] : [];
  });
}

/** @param {Map<string, ts.Node>} declarations @param {string} name */
function propertiesOf(declarations, name) {
  /** @type {Record<string, object>} */
  const properties = {};
  const required = [];
  for (const member of membersOf(declarations.get(name))) {
    const field = /** @type {ts.Identifier} */ (member.name).text;
    const text = member.type?.getText() ?? "";
    const isOptional = member.questionToken !== undefined || /\bundefined\b/.test(text);
    if (!isOptional) required.push(field);
    properties[field] = {
      ...typeOf(field, text),
      description: docOf(member),
      ...(SECRETS.includes(field) && { secret: true }),
    };
  }
  return { properties, ...(required.length > 0 && { required }) };
}

/** @param {ts.Node | undefined} declaration @returns {(ts.PropertySignature | ts.PropertyDeclaration)[]} */
function membersOf(declaration) {
  if (declaration === undefined) throw new Error("the SDK has no such declaration");
  if (ts.isInterfaceDeclaration(declaration)) return declaration.members.filter(ts.isPropertySignature);
  if (ts.isClassDeclaration(declaration)) return declaration.members.filter(ts.isPropertyDeclaration);
  // Of an alternative, the fields that mean something.
  const { type } = /** @type {ts.TypeAliasDeclaration} */ (declaration);
  const forms = ts.isUnionTypeNode(type) ? type.types.filter(ts.isTypeLiteralNode) : [];
  const members = forms.flatMap((form) => form.members.filter(ts.isPropertySignature));
  return members.filter((member) => member.type?.getText() !== "undefined");
}

/** @param {string} field @param {string} text */
function typeOf(field, text) {
  if (field in WIDER) return WIDER[/** @type {keyof typeof WIDER} */ (field)];
  const named = /** @type {(keyof typeof TYPES)[]} */ (Object.keys(TYPES)).find((name) =>
    text.includes(name),
  );
  if (named) return reference(named);
  if (/"public" \| "private"/.test(text)) return { type: "string", $ref: `#/types/${KEY_TYPE}` };
  if (text.includes("string>[]")) return { type: "array", items: { type: "string" } };
  if (text.includes("boolean")) return { type: "boolean" };
  if (text.includes("number")) return { type: "number" };
  return { type: "string" };
}

/** @param {Map<string, ts.Node>} declarations @param {string} name */
function descriptionOf(declarations, name) {
  return docOf(/** @type {ts.Node} */ (declarations.get(name))).replace(/\s*```ts[\s\S]*?```/g, "");
}

/** @param {ts.Node} node */
function docOf(node) {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).slice(-1);
  const text = ts.getTextOfJSDocComment(comment?.comment) ?? "";
  return text
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replace(/(?<!\n)\n(?!\n)/g, " ")
    .trim();
}

/** Stack config holds texts. @param {Record<string, any>} args */
function stackConfig({ credentialEnv: _, ...args }) {
  return Object.fromEntries(
    Object.entries(args).map(([name, property]) => [
      name,
      { ...property, ...(property.oneOf && { type: "string", oneOf: undefined }) },
    ]),
  );
}

/** The credential of a provider is no output. @param {Record<string, any>} properties */
function withoutSecrets({ apiKey: _, ...properties }) {
  return Object.fromEntries(Object.entries(properties).filter(([, { oneOf }]) => oneOf === undefined));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(REPOSITORY, "plugin/schema.json"), `${JSON.stringify(packageSchema(), null, 2)}\n`);
