/** The part of an application that ends its sessions when Gatehouse ends those of its people. Run `npm start` first. */
import { createServer } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const port = Number(process.env['PORT'] ?? 3001)
const issuer = process.env['ISSUER'] ?? 'http://localhost:8000'
const audience = process.env['CLIENT_ID'] ?? 'shop'

const event = 'http://schemas.openid.net/event/backchannel-logout'
const { jwks_uri } = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
const keys = createRemoteJWKSet(new URL(jwks_uri))

/** OpenID Connect Back-Channel Logout 1.0 §2.6 */
async function sessionOf(logoutToken: string): Promise<string> {
  const required = ['iat', 'exp', 'jti', 'sid']
  const { payload } = await jwtVerify(logoutToken, keys, { issuer, audience, typ: 'logout+jwt', requiredClaims: required })
  const events = payload['events'] as Record<string, unknown> | undefined
  if (events?.[event] === undefined || payload['nonce'] !== undefined) throw new Error('not a logout token')
  return String(payload['sid'])
}

createServer(async (request, response) => {
  let body = ''
  for await (const part of request) {
    body += part
    if (body.length > 10_000) return response.writeHead(413).end()
  }
  try {
    const sid = await sessionOf(new URLSearchParams(body).get('logout_token') ?? '')
    console.log(`Session ${sid} has ended`) // Here, delete your session that began with an ID token of this `sid`.
    return response.writeHead(200, { 'cache-control': 'no-store' }).end()
  } catch {
    return response.writeHead(400, { 'cache-control': 'no-store' }).end()
  }
}).listen(port, 'localhost', () => console.log(`Register http://localhost:${port}/ as backchannel_logout_uri of ${audience}`))
