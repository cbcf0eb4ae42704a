import { signed } from '../../src/actors/authenticate.ts'
import { decode, isJwt, tampered, unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { accepted, denied, json, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8725 §3.1',
  level: 'MUST',
  title: 'A forged access token is rejected, whatever its algorithm, key or claims',
  needs: ['code flow', 'key set', 'UserInfo'],
  async run({ app, endpoint, get, random, userinfo }) {
    const { access_token: token } = await app().tokens()
    if (!isJwt(token)) throw new NotApplicable('access tokens for UserInfo are no JWTs')
    accepted(await userinfo(token))
    const { header, claims } = decode(token)
    const { keys = [] } = json(await get(endpoint('jwks_uri'))) as { keys?: Record<string, unknown>[] }
    const published = keys.find(({ kid }) => kid === header.kid) ?? {}
    const secret = { kty: 'oct', k: Buffer.from(JSON.stringify(published)).toString('base64url') }
    const own = random.key()
    const { d, ...ownPublic } = own
    const forgeries = [
      unsigned(token),
      tampered(token, { header: { alg: 'None' } }),
      tampered(token, { claims: { sub: 'somebody-else' } }),
      tampered(token, { claims: { exp: Number(claims.exp) + 86_400 } }),
      await signed({ ...secret, alg: 'HS256' }, claims, { typ: header.typ, kid: header.kid }),
      await signed({ ...own, alg: 'ES256' }, claims, { typ: header.typ, kid: header.kid }),
      await signed({ ...own, alg: 'ES256' }, claims, { typ: header.typ, jwk: ownPublic }),
      await signed({ ...own, alg: 'ES256' }, claims, { typ: header.typ, kid: '../../../../dev/null' }),
      await signed({ ...own, alg: 'ES256' }, claims, { typ: header.typ, kid: "' or '1'='1" }),
      `${token.split('.').slice(0, 2).join('.')}.`,
    ]
    for (const forgery of forgeries) denied(await userinfo(forgery))
  },
})
