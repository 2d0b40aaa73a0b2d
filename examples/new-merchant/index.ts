import * as payengine from "pulumi-payengine";

const server = new payengine.ApiKey("server", { type: "private" });
const client = new payengine.ApiKey("client", { type: "public" });

export const privateKey = server.token;
export const publicKey = client.token;
