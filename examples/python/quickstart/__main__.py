import pulumi
import pulumi_payengine as payengine

# For code that is handed out: a web page, a mobile app.
storefront = payengine.ApiKey("storefront", type="public")

# For servers. PayEngine shows its value once; it goes straight into the stack's encrypted state.
checkout = payengine.ApiKey("checkout", type="private")

pulumi.export("publicKey", storefront.token)
pulumi.export("privateKey", checkout.token)
pulumi.export("privateKeyId", checkout.key_id)
