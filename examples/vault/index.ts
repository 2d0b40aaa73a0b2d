import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import * as payengine from "pulumi-payengine";

const config = new pulumi.Config();

const checkout = new payengine.ApiKey("checkout", {
  type: "private",
  rotation: {
    period: "90d",
    // To rotate now: `pulumi config set rotation 2`, then `pulumi up`.
    triggers: { rotation: config.get("rotation") ?? "1" },
    // Longer than the slowest reader keeps what it has read.
    overlap: "7d",
  },
});

// Each rotation writes a new version of the same secret.
const secret = new vault.kv.SecretV2("checkout", {
  mount: config.get("mount") ?? "secret",
  name: config.get("secretPath") ?? `payengine/${pulumi.getStack()}/checkout`,
  dataJson: pulumi.jsonStringify({ key: checkout.token }),
  // `pulumi destroy` deletes all versions; without this, Vault only marks the newest one as deleted.
  deleteAllVersions: true,
});

export const vaultPath = secret.path;
export const oldKeyWorksUntil = checkout.previousRevokeAt;
