const pulumi = require("@pulumi/pulumi");

/** Calls PayEngine as a first version of one's own would: no retries, no recovery, no limit of time. */
async function call(method, path, body) {
  const response = await fetch(`${process.env.PAYENGINE_API_URL}${path}`, {
    method,
    headers: {
      authorization: `Basic ${process.env.PAYENGINE_API_KEY}`,
      ...(body && { "content-type": "application/json" }),
    },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`PayEngine returned ${response.status}`);
  return (await response.json()).data;
}

const provider = {
  async create(inputs) {
    const { id, key } = await call("POST", "/api-keys", { name: inputs.name, type: inputs.type });
    return { id, outs: { ...inputs, token: key } };
  },
  async read(id, props) {
    await call("GET", `/api-keys/${id}`);
    return { id, props };
  },
  async delete(id) {
    await call("DELETE", `/api-keys/${id}`);
  },
};

class ApiKey extends pulumi.dynamic.Resource {
  constructor(name, args) {
    super(provider, name, { name, token: undefined, ...args }, { additionalSecretOutputs: ["token"] });
  }
}

const { count } = require("./keys.json");
for (let number = 0; number < count; number++) {
  new ApiKey(`key-${number}`, { type: "private" });
}
