#!/usr/bin/env node
// Takes the place of Pulumi's plugins for GitHub and Kubernetes: keeps what it is given, calls nothing.
const { isDeepStrictEqual } = require("node:util");
const { main } = require("@pulumi/pulumi/provider");

const isKubernetes = process.argv[1].endsWith("kubernetes");
let made = 0;

/** A Secret without a name of its own gets one. */
const outputs = (inputs) => ({
  ...inputs,
  ...(isKubernetes && { metadata: { name: `checkout-${++made}`, ...inputs.metadata } }),
});

main(
  {
    version: "0.0.0",
    // Kubernetes' plugin replaces a Secret whose content has changed, unless it is configured otherwise.
    diff: async (_id, _urn, olds, news) => {
      const changed = Object.keys(news).filter(
        (key) => key !== "metadata" && !isDeepStrictEqual(olds[key], news[key]),
      );
      return { changes: changed.length > 0, replaces: isKubernetes ? changed : [] };
    },
    create: async (_urn, inputs) => ({ id: "made-by-stand-in", outs: outputs(inputs) }),
    update: async (_id, _urn, _olds, news) => ({ outs: outputs(news) }),
    delete: async () => {},
  },
  process.argv.slice(2),
);
