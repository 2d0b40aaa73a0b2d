import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

const config = new pulumi.Config();

const checkout = new payengine.ApiKey("checkout", {
  type: "private",
  rotation: {
    period: "90d",
    // To rotate now: `pulumi config set rotation 2`, then `pulumi up`.
    triggers: { rotation: config.get("rotation") ?? "1" },
    // Longer than the slowest reader caches the secret.
    overlap: "7d",
  },
});

const secret = new aws.secretsmanager.Secret("checkout", {
  name: config.get("secretName") ?? `payengine/${pulumi.getStack()}/checkout`,
  description: "PayEngine private key, managed by Pulumi",
  // Without it, Secrets Manager encrypts with the AWS account's own key, aws/secretsmanager.
  kmsKeyId: config.get("kmsKeyId"),
  // A recovered value would be useless: `pulumi destroy` revokes the key. 0 also frees the name at once.
  recoveryWindowInDays: 0,
});

// Each rotation adds a version labeled AWSCURRENT, which is what a reader gets that names no version.
new aws.secretsmanager.SecretVersion("checkout", {
  secretId: secret.id,
  secretString: checkout.token,
});

export const secretArn = secret.arn;
export const oldKeyWorksUntil = checkout.previousRevokeAt;
