// Runs the example, compiled, with Pulumi's mocks, and prints what GitHub and Kubernetes would get.
const pulumi = require("@pulumi/pulumi");

const project = "payengine-handover";
const got = {};

async function main() {
  pulumi.runtime.setAllConfig({ [`${project}:repository`]: "shop" });
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: ({ type, name, inputs }) => {
        const isKey = type === "pulumi-nodejs:dynamic/payengine:ApiKey";
        if (!isKey) got[type] = inputs;
        return { id: name, state: isKey ? { ...inputs, token: pulumi.secret("the-new-key") } : inputs };
      },
    },
    project,
  );
  require("./compiled/index.js");
  await pulumi.runtime.disconnect();
  console.log(JSON.stringify(got));
}

void main();
