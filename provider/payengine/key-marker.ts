/** PayEngine's two hosts, and the prefixes that their public keys do not have. */
const HOSTS: Readonly<Record<string, { readonly place: string; readonly wrong: RegExp }>> = {
  "console.payengine.co": { place: "production", wrong: /^pk_(test|dev)_/ },
  "console.payengine.dev": { place: "PayEngine's sandbox", wrong: /^pk_prod_/ },
};

/**
 * The warning for a public key whose prefix (`pk_prod_`, `pk_test_`, `pk_dev_`) contradicts the host that created it:
 * PayEngine's client packages choose their host by the prefix. Undefined if they agree, and for other hosts.
 */
export function contradictedHost(publicKey: string, apiUrl: string): string | undefined {
  const { hostname } = new URL(apiUrl);
  const host = HOSTS[hostname];
  if (host === undefined || !host.wrong.test(publicKey)) return undefined;
  const [marker = ""] = /^pk_[a-z]+_/.exec(publicKey) ?? [];
  return (
    `The public key begins with ${marker} but comes from ${hostname}, which is ${host.place}. PayEngine's client packages ` +
    "choose their host by that prefix and will use another one. Check payengine:apiUrl."
  );
}
