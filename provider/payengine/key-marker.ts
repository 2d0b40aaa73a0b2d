/** PayEngine's two hosts, and the markers that public keys of each carry. */
const HOSTS: Readonly<Record<string, { readonly place: string; readonly wrong: RegExp }>> = {
  "console.payengine.co": { place: "production", wrong: /^pk_(test|dev)_/ },
  "console.payengine.dev": { place: "the sandbox", wrong: /^pk_prod_/ },
};

/**
 * Says what is odd about a public key whose marker (`pk_prod_`, `pk_test_`, `pk_dev_`) contradicts the host that made
 * it: PayEngine's client packages choose their host by the marker. Undefined where nothing is odd, and for other hosts.
 */
export function contradictedHost(publicKey: string, apiUrl: string): string | undefined {
  const { hostname } = new URL(apiUrl);
  const host = HOSTS[hostname];
  if (host === undefined || !host.wrong.test(publicKey)) return undefined;
  const [marker = ""] = /^pk_[a-z]+_/.exec(publicKey) ?? [];
  return (
    `A public key that begins with ${marker} comes from ${hostname}, which is ${host.place}: PayEngine's client packages ` +
    "will send it elsewhere. Check payengine:apiUrl."
  );
}
