import type { ApiKeyState } from "./api-key/schema";
import type { ConfigValues } from "./config";

/**
 * Says how to pin the account while nothing does, by an id that state holds and that stays: a key's would go with the key.
 *
 * @returns undefined where an account is pinned.
 */
export function howToPin(
  { provider, accountId: pin }: ConfigValues,
  { accountId, merchantId }: ApiKeyState,
): string | undefined {
  if (pin !== undefined) return undefined;
  const id = accountId ?? merchantId;
  const own = provider === undefined ? "" : ` for the provider "${provider}"`;
  const line =
    provider === undefined
      ? `run \`pulumi config set payengine:accountId ${id}\``
      : `give it accountId: "${id}" in the program`;
  const how = id === undefined ? "run `npx pulumi-payengine doctor`, which prints how" : line;
  return (
    `info: payengine:accountId is not set${own}, so a credential of another account is not always noticed, as under ` +
    `\`pulumi up --replace\`. To pin the account, ${how}.`
  );
}
