/** A program that asks a person for approval at a device of their own, and waits for the answer. Usage: `node examples/approval.ts ada@example.com`. */
import * as oidc from 'openid-client'

const issuer = new URL(process.env['ISSUER'] ?? 'http://localhost:8000')
const options = issuer.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {}
const [login_hint = ''] = process.argv.slice(2)

const secret = oidc.ClientSecretBasic(process.env['CLIENT_SECRET'] ?? '')
const config = await oidc.discovery(issuer, process.env['CLIENT_ID'] ?? 'help-desk', undefined, secret, options)

// What the person compares with the page that asks them.
const binding_message = `HD-${String(Math.floor(Math.random() * 10_000)).padStart(4, '0')}`
const started = await oidc.initiateBackchannelAuthentication(config, { scope: 'openid profile', login_hint, binding_message })
console.log(`Please tell the person: the page shows ${binding_message}`)

const tokens = await oidc.pollBackchannelAuthenticationGrant(config, started)
console.log(`Approved by ${tokens.claims()!.sub}`)
