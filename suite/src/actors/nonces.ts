/** A client that the server asks for DPoP nonces: RFC 9449 §8, §9. */
import type { CheckContext } from '../context.ts'
import { demand, json, NotApplicable } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { PrivateKey } from '../random.ts'
import { dpopProof } from './dpop.ts'

export interface NonceClient {
  key: PrivateKey
  /** Sends a token request with a proof, with this nonce or without one. Always for the same code. */
  redeem(nonce?: string): Promise<Reply>
  /** Calls UserInfo with a proof. */
  userinfo(accessToken: string, nonce?: string): Promise<Reply>
}

/** The client `nonces`, or else `web`. Not applicable unless the server asks it for a nonce. */
export async function nonceClient({ app, endpoint, random, send, target }: CheckContext): Promise<NonceClient & { asked: Reply }> {
  const client = app(target.clients['nonces'] ? 'nonces' : 'web')
  const key = random.key()
  const { code, redirectUri, verifier } = await client.code()
  const params = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  const proof = (method: string, url: string, nonce: string | undefined, accessToken?: string) =>
    dpopProof(key, { method, url, random, accessToken, claims: nonce === undefined ? {} : { nonce } })
  const redeem = async (nonce?: string) =>
    client.post('token_endpoint', params, { dpop: await proof('POST', endpoint('token_endpoint'), nonce) })
  const asked = await redeem()
  if (asked.status === 200) throw new NotApplicable('the server asks for no nonces')
  return {
    ...{ key, redeem, asked },
    async userinfo(accessToken, nonce) {
      const url = endpoint('userinfo_endpoint')
      const headers = { authorization: `DPoP ${accessToken}`, dpop: await proof('GET', url, nonce, accessToken) }
      return send({ method: 'GET', url, headers }, 'API client')
    },
  }
}

/** The nonce of a response by which the authorization server asks for it, §8, §8.1. */
export function nonceOf(reply: Reply): string {
  demand(reply.status === 400, `a nonce was asked for with status ${reply.status}`)
  demand(json(reply)['error'] === 'use_dpop_nonce', `expected use_dpop_nonce, got ${json(reply)['error']}`)
  reply.exchange.seen = 'refused'
  return headerNonce(reply)
}

/** The same of an API, §9. */
export function apiNonceOf(reply: Reply): string {
  const challenge = reply.headers['www-authenticate'] ?? ''
  demand(reply.status === 401, `a nonce was asked for with status ${reply.status}`)
  demand(/\bDPoP\b.*\berror="use_dpop_nonce"/is.test(challenge), `the challenge is ${challenge}`)
  reply.exchange.seen = 'refused'
  return headerNonce(reply)
}

function headerNonce({ headers }: Reply): string {
  const nonce = headers['dpop-nonce'] ?? ''
  demand(/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(nonce), `the header DPoP-Nonce is "${nonce}"`)
  return nonce
}
