/** A wallet that gets credentials: OpenID for Verifiable Credential Issuance. */
import type { CheckContext } from '../context.ts'
import { accepted, demand, json, NotApplicable, type Tokens } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { PrivateKey } from '../random.ts'
import { type Changes, signed } from './authenticate.ts'
import type { Browser } from './browser.ts'
import { credentialIssuer } from './documents.ts'

export interface Wallet {
  /** The id of a configuration, of an SD-JWT credential that has a scope. */
  configuration: string
  accessToken: string
  nonce(): Promise<string>
  /** A proof of possession of a key. `changes`: override defaults; undefined removes a member. */
  proof(key: PrivateKey, nonce: string, changes?: { claims?: Changes; header?: Changes; signer?: PrivateKey }): Promise<string>
  /** A credential request, §8.2. `members`: override defaults; undefined removes one. */
  request(proofs: readonly string[], members?: object, accessToken?: string): Promise<Reply>
  /** Sends any body to the credential endpoint. */
  post(body: string, how?: { accessToken?: string; type?: string }): Promise<Reply>
}

interface Configuration {
  format?: string
  scope?: string
  proof_types_supported?: { jwt?: { key_attestations_required?: object } }
}

/** Of a credential, and of the person who allows it. */
export interface Choice {
  /** Default: the first that needs no attestation of keys. */
  attested?: boolean
  browser?: Browser | undefined
}

/** The client `wallet` with a token for a credential. Not applicable if the server issues none in this way. */
export async function wallet(context: CheckContext, { attested = false, browser }: Choice = {}): Promise<Wallet> {
  const [first] = await walletsFor(context, { attested, browser })
  if (first === undefined) throw new NotApplicable(`no SD-JWT credential${attested ? ' for attested keys' : ''} can be requested by scope`)
  return first()
}

/** For each credential that can be requested by scope. */
export async function walletsFor(context: CheckContext, { attested = false, browser }: Choice): Promise<(() => Promise<Wallet>)[]> {
  const { members } = await credentialIssuer(context)
  const known = Object.entries((members['credential_configurations_supported'] ?? {}) as Readonly<Record<string, Configuration>>)
  return known.flatMap(([configuration, { format, scope, proof_types_supported: proofs }]) => {
    const isAttested = proofs?.jwt?.key_attestations_required !== undefined
    return format === 'dc+sd-jwt' && scope !== undefined && isAttested === attested
      ? [() => walletFor(context, { configuration, scope, members, browser })]
      : []
  })
}

interface Wanted {
  configuration: string
  scope: string
  /** Of the issuer. */
  members: Readonly<Record<string, unknown>>
  browser: Browser | undefined
}

async function walletFor(context: CheckContext, { configuration, scope, members, browser }: Wanted): Promise<Wallet> {
  const { app, send } = context
  const { access_token: accessToken } = await app('wallet').tokens({ scope }, browser)
  const [issuer, endpoint, nonceEndpoint] = ['credential_issuer', 'credential_endpoint', 'nonce_endpoint'].map((name) => {
    const value = members[name]
    if (typeof value !== 'string') throw new NotApplicable(`the issuer has no ${name}`)
    return value
  }) as [string, string, string]
  const post: Wallet['post'] = (body, { accessToken: token = accessToken, type = 'application/json' } = {}) =>
    send({
      method: 'POST',
      url: endpoint,
      headers: { 'content-type': type, accept: 'application/json, application/jwt', authorization: `Bearer ${token}` },
      body,
    })
  return {
    configuration,
    accessToken,
    async nonce() {
      const { c_nonce } = json(accepted(await send({ method: 'POST', url: nonceEndpoint })))
      demand(typeof c_nonce === 'string', 'the nonce endpoint gave no c_nonce')
      return c_nonce
    },
    proof(key, nonce, { claims = {}, header = {}, signer = key } = {}) {
      const { kty, crv, x, y } = key
      const usual = { aud: issuer, iat: Math.floor(Date.now() / 1000), nonce }
      return signed(
        { ...signer, alg: 'ES256' },
        { ...usual, ...claims },
        { typ: 'openid4vci-proof+jwt', jwk: { kty, crv, x, y }, ...header },
      )
    },
    request: (proofs, others = {}, token = accessToken) =>
      post(JSON.stringify({ credential_configuration_id: configuration, proofs: { jwt: proofs }, ...others }), { accessToken: token }),
    post,
  }
}

/** Tokens of the client `wallet`, which asks by authorization details, §5.1.1. Not applicable if the server does not take these. */
export async function askedByDetails({ app, metadata }: CheckContext, configuration: string): Promise<Tokens> {
  if (!metadata.list('authorization_details_types_supported')?.includes('openid_credential'))
    throw new NotApplicable('credentials are not requested by authorization details')
  const authorization_details = JSON.stringify([{ type: 'openid_credential', credential_configuration_id: configuration }])
  return app('wallet').tokens({ scope: undefined, authorization_details })
}

/** The credentials of a response, §8.3. */
export function credentialsIn(reply: Reply): string[] {
  const { credentials = [] } = json(accepted(reply)) as { credentials?: { credential?: unknown }[] }
  return credentials.map(({ credential }) => {
    demand(typeof credential === 'string', 'a credential is no text')
    return credential
  })
}
