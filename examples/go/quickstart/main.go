package main

import (
	"github.com/pulumi-payengine/pulumi-payengine/sdk/go/payengine"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// For code that is handed out: a web page, a mobile app.
		storefront, err := payengine.NewApiKey(ctx, "storefront", &payengine.ApiKeyArgs{
			Type: payengine.KeyTypePublic,
		})
		if err != nil {
			return err
		}
		// For servers. PayEngine shows its value once; it goes straight into the stack's encrypted state.
		checkout, err := payengine.NewApiKey(ctx, "checkout", &payengine.ApiKeyArgs{
			Type: payengine.KeyTypePrivate,
		})
		if err != nil {
			return err
		}
		ctx.Export("publicKey", storefront.Token)
		ctx.Export("privateKey", checkout.Token)
		ctx.Export("privateKeyId", checkout.KeyId)
		return nil
	})
}
