import * as pulumi from "@pulumi/pulumi";

/**
 * The token output, which is never undefined in an update.
 *
 * The token of a key that `--target` leaves out before it exists is unknown, and the engine refuses resources that use
 * it. For a key in state without a token the engine would pass on undefined, so this throws.
 */
export function demandedToken(
  name: string,
  id: pulumi.Output<string>,
  token: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
  const isPreview = pulumi.runtime.isDryRun();
  const demanded = pulumi.all([id, token]).apply(([, value]) => {
    if (value === undefined && !isPreview) {
      throw new pulumi.RunError(
        `ApiKey "${name}" has no token yet: run \`pulumi up\` without --target, or add this resource to the targets; to ` +
          "destroy it, run `pulumi destroy` without --run-program",
      );
    }
    return value as string;
  });
  return isPreview ? demanded : nullWhereUnknown(demanded);
}

/**
 * In an update, a stack output of an unknown value would show the engine's marker, which a consumer could mistake for the
 * value, so `apply` returns null for it. Not undefined: a resource input that is undefined loses its dependency on the key.
 */
function nullWhereUnknown<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  const { isKnown } = output as unknown as { readonly isKnown: Promise<boolean> };
  return skippingUnless(isKnown, output);
}

function skippingUnless<T>(isKnown: Promise<boolean>, output: pulumi.Output<T>): pulumi.Output<T> {
  type Apply = (step: (value: unknown) => unknown, runWithUnknowns: boolean) => pulumi.Output<unknown>;
  const apply: Apply = output.apply.bind(output);
  const skipping = (step: (value: unknown) => unknown) =>
    skippingUnless(
      isKnown,
      apply(async (value) => ((await isKnown) ? step(value) : null), true),
    );
  return Object.assign(output, { apply: skipping });
}
