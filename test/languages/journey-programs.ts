import { join } from "node:path";
import { type Runtime, toolbox } from "./languages";

/** One key that `pulumi config set trigger` rotates, its lookup by ID, and a public key: the same in each language. */
export function journeyFiles(runtime: Runtime): Record<string, string> {
  return { yaml: {}, python: { "__main__.py": PYTHON }, go: goFiles(GO), nodejs: { "index.js": NODE } }[
    runtime
  ];
}

/** The rest of Pulumi.yaml. */
export function journeySettings(runtime: Runtime): string {
  return runtime === "yaml" ? YAML : "";
}

const YAML = `config:
  trigger: { type: string, default: "1" }
resources:
  checkout:
    type: payengine:ApiKey
    properties:
      type: private
      rotation: { triggers: { n: "\${trigger}" }, overlap: 1h }
  storefront:
    type: payengine:ApiKey
    properties: { type: public }
variables:
  found:
    fn::invoke: { function: payengine:getApiKey, arguments: { id: "\${checkout.keyId}" } }
outputs:
  token: \${checkout.token}
  publicKey: \${storefront.token}
  foundName: \${found.name}
  foundStatus: \${found.status}
`;

const PYTHON = `import pulumi
import pulumi_payengine as payengine

trigger = pulumi.Config().get("trigger") or "1"
checkout = payengine.ApiKey("checkout", type="private", rotation={"triggers": {"n": trigger}, "overlap": "1h"})
storefront = payengine.ApiKey("storefront", type="public")
found = payengine.get_api_key_output(id=checkout.key_id)
pulumi.export("token", checkout.token)
pulumi.export("publicKey", storefront.token)
pulumi.export("foundName", found.name)
pulumi.export("foundStatus", found.status)
`;

const GO = `package main

import (
	"github.com/pulumi-payengine/pulumi-payengine/sdk/go/payengine"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		trigger := config.Get(ctx, "trigger")
		if trigger == "" {
			trigger = "1"
		}
		checkout, err := payengine.NewApiKey(ctx, "checkout", &payengine.ApiKeyArgs{
			Type: payengine.KeyTypePrivate,
			Rotation: payengine.RotationArgs{
				Triggers: pulumi.Map{"n": pulumi.String(trigger)},
				Overlap:  pulumi.String("1h"),
			},
		})
		if err != nil {
			return err
		}
		storefront, err := payengine.NewApiKey(ctx, "storefront", &payengine.ApiKeyArgs{
			Type: payengine.KeyTypePublic,
		})
		if err != nil {
			return err
		}
		found := payengine.LookupApiKeyOutput(ctx, payengine.LookupApiKeyOutputArgs{Id: checkout.KeyId})
		ctx.Export("token", checkout.Token)
		ctx.Export("publicKey", storefront.Token)
		ctx.Export("foundName", found.Name())
		ctx.Export("foundStatus", found.Status())
		return nil
	})
}
`;

const NODE = `const pulumi = require("@pulumi/pulumi");
const payengine = require("pulumi-payengine-native");

const trigger = new pulumi.Config().get("trigger") ?? "1";
const rotation = { triggers: { n: trigger }, overlap: "1h" };
const checkout = new payengine.ApiKey("checkout", { type: "private", rotation });
const storefront = new payengine.ApiKey("storefront", { type: "public" });
const found = payengine.getApiKeyOutput({ id: checkout.keyId.apply(String) });
exports.token = checkout.token;
exports.publicKey = storefront.token;
exports.foundName = found.name;
exports.foundStatus = found.status;
`;

/** A Go program with its module. @param main the text of main.go */
export function goFiles(main: string): Record<string, string> {
  const sdk = "github.com/pulumi-payengine/pulumi-payengine/sdk/go/payengine";
  return {
    "main.go": main,
    "go.mod": `module shop

go 1.24

require (
	${sdk} v0.1.0
	github.com/pulumi/pulumi/sdk/v3 v3.216.0
)

replace ${sdk} => ${join(toolbox().goSdk)}
`,
  };
}
