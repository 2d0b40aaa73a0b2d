const { createHash, randomBytes, randomUUID } = require("node:crypto");

const SECRET = "4dabf18193072939515e22adb298388d";
const secret = (value) => ({ [SECRET]: "1b47061264138c4ac30d75fd1eb44270", value });

/** Makes up what PayEngine would have answered. */
function issued(generation) {
  const token = randomBytes(54).toString("hex");
  return {
    keyId: randomUUID(),
    token: secret(token),
    redactedToken: `${token.slice(0, 4)}…${token.slice(-4)}`,
    fingerprint: createHash("sha256").update(token).digest("hex").slice(0, 16),
    createdAt: new Date().toISOString(),
    generation,
  };
}

module.exports = {
  async check(olds, { __provider, ...news }) {
    const uniqueName = olds.uniqueName ?? news.uniqueName;
    const namePrefix = uniqueName.slice(0, -11);
    const place = { apiUrl: "http://127.0.0.1:40000/api", credentialFingerprint: "0123abcd" };
    return { inputs: { ...news, uniqueName, namePrefix, ...place, __provider }, failures: [] };
  },

  async diff(_id, olds, news) {
    const changes = JSON.stringify(olds.rotation) !== JSON.stringify(news.rotation);
    return { changes, replaces: [], deleteBeforeReplace: false };
  },

  async create({ __provider, ...inputs }) {
    const { uniqueName } = inputs;
    return { id: uniqueName, outs: { ...inputs, name: uniqueName, merchantId: randomUUID(), ...issued(1) } };
  },

  async update(_id, olds, { __provider, ...inputs }) {
    const { keyId, token, redactedToken, fingerprint, merchantId } = olds;
    const shown = { previousRedactedToken: redactedToken, previousFingerprint: fingerprint };
    const previous = { previousKeyId: keyId, previousToken: secret(token), ...shown };
    const now = new Date().toISOString();
    const times = { rotatedAt: now, previousRevokeAt: now };
    const name = `${inputs.uniqueName}-g2`;
    return { outs: { ...inputs, name, merchantId, ...issued(2), ...previous, ...times } };
  },

  async read(id, props) {
    return { id, props: { ...props, token: secret(props.token) } };
  },

  async delete() {},
};
