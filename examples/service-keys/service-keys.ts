import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

export interface ServiceKeysArgs {
  /** Whether the service has a client, such as a web page, that needs a public key. Default: false. */
  readonly hasClient?: boolean;
  /** How often the private key rotates. Default: "90d". */
  readonly rotateEvery?: string;
}

/** The keys of one service: a private key that rotates, and a public key for its client. */
export class ServiceKeys extends pulumi.ComponentResource {
  readonly privateKey: pulumi.Output<string>;
  /** The key before the last rotation, which works for a week after it. */
  readonly previousPrivateKey: pulumi.Output<string | undefined>;
  readonly publicKey: pulumi.Output<string> | undefined;

  constructor(name: string, args: ServiceKeysArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("payengine-examples:index:ServiceKeys", name, {}, opts);
    const server = new payengine.ApiKey(
      `${name}-server`,
      { type: "private", rotation: { period: args.rotateEvery ?? "90d", overlap: "7d" } },
      { parent: this },
    );
    this.privateKey = server.token;
    this.previousPrivateKey = server.previousToken;
    this.publicKey = args.hasClient
      ? new payengine.ApiKey(`${name}-client`, { type: "public" }, { parent: this }).token
      : undefined;
    this.registerOutputs();
  }
}
