import * as github from "@pulumi/github";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

const config = new pulumi.Config();

const checkout = new payengine.ApiKey("checkout", {
  type: "private",
  rotation: {
    period: "90d",
    // `pulumi config set rotation 2` rotates now.
    triggers: { rotation: config.get("rotation") ?? "1" },
    // As long as the slowest reader takes to come round to the new key.
    overlap: "7d",
  },
});

// For workflows, as ${{ secrets.PAYENGINE_KEY }}.
new github.ActionsSecret("checkout", {
  repository: config.require("repository"),
  secretName: "PAYENGINE_KEY",
  value: checkout.token,
});

// For pods. A name that Pulumi chooses lets the next Secret stand beside this one until whoever refers to it has moved.
const secret = new kubernetes.core.v1.Secret("checkout", {
  metadata: { namespace: config.get("namespace") ?? "default" },
  stringData: { PAYENGINE_KEY: checkout.token },
});

export const kubernetesSecret = secret.metadata.name;
export const oldKeyWorksUntil = checkout.previousRevokeAt;
