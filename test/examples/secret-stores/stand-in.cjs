#!/usr/bin/env node
// Runs instead of another provider's plugin: keeps a resource's inputs as its outputs, and sends nothing. With STORE_REJECTS in
// the environment it creates nothing.
const { isDeepStrictEqual } = require("node:util");
const { main } = require("@pulumi/pulumi/provider");

/** What the real plugins do besides: a change of `replacedBy` makes a new resource, `outputs` adds what they return. */
const RESOURCES = {
  "aws:secretsmanager/secret:Secret": { outputs: (_inputs, id) => ({ arn: id }) },
  "aws:secretsmanager/secretVersion:SecretVersion": { replacedBy: "secretString" },
  "kubernetes:core/v1:Secret": {
    replacedBy: "stringData",
    outputs: ({ metadata }, id) => ({ metadata: { name: id, ...metadata } }),
  },
  "vault:kv/secretV2:SecretV2": {
    // In the clear: making it a secret is left to the SDK.
    outputs: ({ dataJson, mount, name }) => ({
      data: JSON.parse(dataJson.value),
      path: `${mount}/data/${name}`,
    }),
  },
};

/** A URN ends in `::type::name`. */
const behaviorOf = (urn) => RESOURCES[urn.split("::").at(-2)] ?? {};
const outputsOf = (urn, inputs, id) => ({ ...inputs, ...behaviorOf(urn).outputs?.(inputs, id) });
let made = 0;

main(
  {
    version: "0.0.0",
    diff: async (_id, urn, olds, news) => {
      const changed = Object.keys(news).filter(
        (key) => key !== "metadata" && !isDeepStrictEqual(olds[key], news[key]),
      );
      return {
        changes: changed.length > 0,
        replaces: changed.filter((key) => key === behaviorOf(urn).replacedBy),
      };
    },
    create: async (urn, inputs) => {
      if (process.env.STORE_REJECTS) throw new Error("permission denied");
      const id = `made-by-stand-in-${++made}`;
      return { id, outs: outputsOf(urn, inputs, id) };
    },
    update: async (id, urn, _olds, news) => ({ outs: outputsOf(urn, news, id) }),
    delete: async () => {},
  },
  process.argv.slice(2),
);
