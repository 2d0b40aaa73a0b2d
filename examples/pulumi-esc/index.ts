import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import * as payengine from "pulumi-payengine";

const config = new pulumi.Config();

const checkout = new payengine.ApiKey("checkout", {
  type: "private",
  rotation: {
    period: "90d",
    // To rotate now: `pulumi config set rotation 2`, then `pulumi up`.
    triggers: { rotation: config.get("rotation") ?? "1" },
    // Longer than the longest process that the environment starts.
    overlap: "7d",
  },
});

// `fn::secret` makes ESC encrypt the value. The quotes keep YAML from reading it as a number.
const yaml = pulumi.interpolate`values:
  payengine:
    key:
      fn::secret: "${checkout.token}"
  environmentVariables:
    PAYENGINE_KEY: \${payengine.key}
`;

const environment = new pulumiservice.Environment("checkout", {
  organization: config.require("organization"),
  project: "payengine",
  name: pulumi.getStack(),
  // The token is a secret, so this is too: the engine encrypts it in state.
  yaml: yaml.apply((text) => new pulumi.asset.StringAsset(text)),
});

export const environmentName = pulumi.interpolate`${environment.organization}/${environment.project}/${environment.name}`;
// For stack-outputs.yaml, which reads the key from this stack instead of storing a copy.
export const checkoutKey = checkout.token;
export const oldKeyWorksUntil = checkout.previousRevokeAt;
