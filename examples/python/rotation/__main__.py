import pulumi
import pulumi_payengine as payengine

config = pulumi.Config()

checkout = payengine.ApiKey(
    "checkout",
    type="private",
    rotation={
        "period": "90d",
        # `pulumi config set rotation 2` rotates now.
        "triggers": {"rotation": config.get("rotation") or "1"},
        "overlap": config.get("overlap") or "7d",
    },
)

pulumi.export("token", checkout.token)
# The previous key, while it works: consumers have the overlap to move to the new one. Between rotations it is empty.
pulumi.export("previous", {"token": checkout.previous_token, "worksUntil": checkout.previous_revoke_at})
