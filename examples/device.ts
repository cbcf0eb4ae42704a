/** A program for a device without a browser: shows a code, waits for the person, and greets them. Run `npm start` first. */
import * as oidc from 'openid-client'

const issuer = new URL(process.env['ISSUER'] ?? 'http://localhost:8000')
const options = issuer.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {}

// Registered at start, since no operator knows this device. RFC 7591
const config = await oidc.dynamicClientRegistration(
  issuer,
  {
    client_name: 'Example device',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: 'none',
  },
  oidc.None(),
  options,
)

const started = await oidc.initiateDeviceAuthorization(config, { scope: 'openid profile' })
console.log(`Open ${started.verification_uri} and type ${started.user_code}, or open ${started.verification_uri_complete}`)

const tokens = await oidc.pollDeviceAuthorizationGrant(config, started)
const person = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub)
console.log(`Hello, ${person.name ?? person.preferred_username ?? person.sub}!`)
