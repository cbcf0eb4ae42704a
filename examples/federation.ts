/**
 * A relying party of an OpenID federation: nobody registers it with the provider. It publishes who its superior is, signs its requests, and
 * shows who signed in. `npm run example:federation` runs it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oidc from 'openid-client'

/** `anchor`: the entity identifier of its superior. Returns its own, and how to end it. */
export async function relyingParty({
  issuer,
  anchor,
  port,
}: {
  issuer: string
  anchor: string
  port: number
}): Promise<{ id: string; close(): void }> {
  const [federation, requests] = await Promise.all([aKey('federation'), aKey('requests')])
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
  })
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve))
  const id = `http://localhost:${(server.address() as { port: number }).port}`
  const redirect_uri = `${id}/callback`
  const pending = new Map<string, { pkceCodeVerifier: string; expectedNonce: string }>()
  let found: Promise<oidc.Configuration> | undefined

  /** What a relying party says of itself. OpenID Federation §3, §5.1.2 */
  function entityConfiguration(): Promise<string> {
    const openid_relying_party = {
      client_name: 'An application of the federation',
      client_registration_types: ['automatic'],
      redirect_uris: [redirect_uri],
      scope: 'openid profile email',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [requests.jwk] },
    }
    return new SignJWT({ jwks: { keys: [federation.jwk] }, authority_hints: [anchor], metadata: { openid_relying_party } })
      .setProtectedHeader({ alg: 'ES256', typ: 'entity-statement+jwt', kid: federation.jwk.kid })
      .setIssuer(id)
      .setSubject(id)
      .setIssuedAt()
      .setExpirationTime('1 day')
      .sign(federation.privateKey)
  }

  const key = { key: requests.privateKey, kid: requests.jwk.kid }
  const provider = () =>
    oidc.discovery(new URL(issuer), id, { token_endpoint_auth_method: 'private_key_jwt' }, oidc.PrivateKeyJwt(key), {
      execute: [oidc.allowInsecureRequests], // on your own machine only
    })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', id)
    if (url.pathname === '/.well-known/openid-federation')
      return void response.writeHead(200, { 'content-type': 'application/entity-statement+jwt' }).end(await entityConfiguration())
    found ??= provider()
    const config = await found
    if (url.pathname === '/callback') {
      const state = url.searchParams.get('state') ?? ''
      const checks = pending.get(state)
      pending.delete(state)
      const tokens = await oidc.authorizationCodeGrant(config, url, { ...checks, expectedState: state, idTokenExpected: true })
      return void response.end(`Signed in: ${JSON.stringify(tokens.claims(), null, 2)}\n`)
    }
    if (url.pathname !== '/') return void response.writeHead(404).end()
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
    pending.set(state, { pkceCodeVerifier: verifier, expectedNonce: nonce })
    const code_challenge = await oidc.calculatePKCECodeChallenge(verifier)
    const asked = { redirect_uri, scope: 'openid email', state, nonce, code_challenge, code_challenge_method: 'S256' }
    const signed = await oidc.buildAuthorizationUrlWithJAR(config, asked, key)
    response.writeHead(303, { location: signed.href }).end()
  }

  return {
    id,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function aKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'ES256' } }
}

if (import.meta.main) {
  const issuer = process.env['ISSUER'] ?? 'http://localhost:8000'
  const anchor = process.env['ANCHOR'] ?? `${issuer}/t/anchor`
  const { id } = await relyingParty({ issuer, anchor, port: Number(process.env['PORT'] ?? 3100) })
  console.log(`Open ${id} to sign in. Its superior is ${anchor}.`)
}
