import { dpopProof } from '../../src/actors/dpop.ts'
import { tampered, unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

const now = Math.floor(Date.now() / 1000)

export default check({
  clause: 'RFC 9449 §4.3',
  level: 'MUST',
  title: 'Invalid proofs at the token endpoint are rejected with invalid_dpop_proof',
  needs: ['code flow', 'DPoP'],
  async run({ app, browser, endpoint, random }) {
    const url = endpoint('token_endpoint')
    const key = random.key()
    const signedIn = browser()
    const send = async (proof: string) => {
      const { code, redirectUri, verifier } = await app().code({}, signedIn)
      const params = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
      return app().post('token_endpoint', params, { dpop: proof })
    }
    const proof = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
      dpopProof(key, { method: 'POST', url, random, claims, header })
    granted(await send(await proof({})))
    const good = await proof({})
    const { d, ...own } = key
    const { d: _, ...other } = random.key()
    const bad = [
      await proof({ htm: 'GET' }),
      await proof({ htu: 'https://other.example/token' }),
      await proof({ htu: undefined }),
      await proof({ htm: undefined }),
      await proof({ jti: undefined }),
      await proof({ iat: undefined }),
      await proof({ iat: now - 86_400 }),
      await proof({ iat: now + 86_400 }),
      await proof({}, { typ: 'JWT' }),
      await proof({}, { typ: undefined }),
      await proof({}, { jwk: undefined }),
      await proof({}, { jwk: { ...own, d } }),
      await proof({}, { jwk: other }),
      tampered(good, { claims: { jti: 'other' } }),
      unsigned(good),
      tampered(good, { header: { alg: 'HS256' } }),
      tampered(good, { header: { alg: undefined } }),
      `${good}, ${good}`,
      'not.a.jwt',
    ]
    for (const one of bad) refused(await send(one), 'invalid_dpop_proof', 'invalid_request', 'use_dpop_nonce') // the last where a server trusts nonces only, §8
  },
})
