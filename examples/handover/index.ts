import * as github from "@pulumi/github";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

const config = new pulumi.Config();

const checkout = new payengine.ApiKey("checkout", {
  type: "private",
  rotation: {
    period: "90d",
    // To rotate now: `pulumi config set rotation 2`, then `pulumi up`.
    triggers: { rotation: config.get("rotation") ?? "1" },
    // Longer than the slowest reader needs to read the new key.
    overlap: "7d",
  },
});

// For workflows, as ${{ secrets.PAYENGINE_KEY }}.
new github.ActionsSecret("checkout", {
  repository: config.require("repository"),
  secretName: "PAYENGINE_KEY",
  value: checkout.token,
});

// For pods. Without a fixed name, Pulumi can create the next Secret before it deletes this one.
const secret = new kubernetes.core.v1.Secret("checkout", {
  metadata: { namespace: config.get("namespace") ?? "default" },
  stringData: { PAYENGINE_KEY: checkout.token },
});

export const kubernetesSecret = secret.metadata.name;
export const oldKeyWorksUntil = checkout.previousRevokeAt;
