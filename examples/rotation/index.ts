import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

const config = new pulumi.Config();

const checkout = new payengine.ApiKey("checkout", {
  type: "private",
  rotation: {
    period: "90d",
    // `pulumi config set rotation 2` rotates now.
    triggers: { rotation: config.get("rotation") ?? "1" },
    overlap: config.get("overlap") ?? "7d",
  },
});

// The new key, and the one before it as long as it works: consumers have the overlap to move over.
export const token = checkout.token;
export const previousToken = checkout.previousToken;
export const previousWorksUntil = checkout.previousRevokeAt;
