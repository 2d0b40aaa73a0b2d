package main

import (
	"github.com/pulumi-payengine/pulumi-payengine/sdk/go/payengine"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		checkout, err := payengine.NewApiKey(ctx, "checkout", &payengine.ApiKeyArgs{
			Type: payengine.KeyTypePrivate,
			Rotation: payengine.RotationArgs{
				Period: pulumi.String("90d"),
				// `pulumi config set rotation 2` rotates now.
				Triggers: pulumi.Map{"rotation": pulumi.String(get(ctx, "rotation", "1"))},
				Overlap:  pulumi.String(get(ctx, "overlap", "7d")),
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("token", checkout.Token)
		// The previous key, while it works: consumers have the overlap to move to the new one. Between rotations it is
		// empty.
		ctx.Export("previous", pulumi.Map{
			"token":      checkout.PreviousToken,
			"worksUntil": checkout.PreviousRevokeAt,
		})
		return nil
	})
}

func get(ctx *pulumi.Context, key, otherwise string) string {
	if value := config.Get(ctx, key); value != "" {
		return value
	}
	return otherwise
}
