/** The part of an application that fetches security events from Gatehouse. Run `npm start` first. */
import { setTimeout } from 'node:timers/promises'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const issuer = process.env['ISSUER'] ?? 'http://localhost:8000'
const clientId = process.env['CLIENT_ID'] ?? 'signals'
const clientSecret = process.env['CLIENT_SECRET'] ?? ''

const caep = 'https://schemas.openid.net/secevent/caep/event-type'
const events = [`${caep}/session-revoked`, `${caep}/credential-change`]
const transmitter = await (await fetch(`${issuer}/.well-known/ssf-configuration`)).json()
const keys = createRemoteJWKSet(new URL(transmitter.jwks_uri))

/** In your application, keep the token until shortly before it expires. */
async function accessToken(): Promise<string> {
  const { token_endpoint } = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json()
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'ssf.manage' })
  const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`
  return (await (await fetch(token_endpoint, { method: 'POST', body, headers: { authorization } })).json()).access_token
}

async function send(method: string, url: string, body?: object) {
  const headers = { authorization: `Bearer ${await accessToken()}`, 'content-type': 'application/json' }
  return (await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })).json()
}

/** The stream of this client, made the first time. */
const [found] = await send('GET', transmitter.configuration_endpoint)
const stream =
  found ?? (await send('POST', transmitter.configuration_endpoint, { events_requested: events, delivery: { method: 'urn:ietf:rfc:8936' } }))
console.log(`Stream ${stream.stream_id}`)

let ack: string[] = []
for (;;) {
  const { sets } = await send('POST', stream.delivery.endpoint_url, { ack, returnImmediately: true })
  ack = []
  for (const [jti, set] of Object.entries(sets as Record<string, string>)) {
    const { payload } = await jwtVerify(set, keys, { issuer: stream.iss, audience: stream.aud, typ: 'secevent+jwt' })
    const [type = ''] = Object.keys(payload['events'] as object)
    // Here, end the sessions of `sub_id`, or ask the person to sign in again. Handle each `jti` once.
    console.log(`${type.split('/').at(-1)} ${JSON.stringify(payload['sub_id'])}`)
    ack.push(jti)
  }
  await setTimeout(ack.length > 0 ? 0 : 1000)
}
