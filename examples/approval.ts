/**
 * A program that asks a person for approval on a device of their own, and waits for the answer.
 * Usage: `CLIENT_SECRET=SECRET npm run example:approval -- ada@example.com`, with the secret of the client `help-desk`.
 */
import * as oidc from 'openid-client'

const issuer = new URL(process.env['ISSUER'] ?? 'http://localhost:8000')
const options = issuer.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {}
const [login_hint = ''] = process.argv.slice(2)
if (!process.env['CLIENT_SECRET']) throw new Error('Set CLIENT_SECRET to the secret of the client, which "clients create" printed once')

const secret = oidc.ClientSecretBasic(process.env['CLIENT_SECRET'])
const config = await oidc.discovery(issuer, process.env['CLIENT_ID'] ?? 'help-desk', undefined, secret, options)

// What the person compares with the page that asks them.
const binding_message = `HD-${String(Math.floor(Math.random() * 10_000)).padStart(4, '0')}`
const started = await oidc.initiateBackchannelAuthentication(config, { scope: 'openid profile', login_hint, binding_message })
console.log(`Please tell the person: the page shows ${binding_message}`)

const tokens = await oidc.pollBackchannelAuthenticationGrant(config, started)
console.log(`Approved by ${tokens.claims()!.sub}`)
