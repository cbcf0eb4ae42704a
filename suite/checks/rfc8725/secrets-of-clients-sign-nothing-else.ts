import { signed } from '../../src/actors/authenticate.ts'
import { decode } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { accepted, NotApplicable, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8725 §3.12',
  level: 'MUST',
  title: 'A client cannot sign hints about other people with its own secret',
  needs: ['OpenID', 'code flow', 'registration'],
  async run({ app, browser, metadata, register }) {
    if (!metadata.list('id_token_signing_alg_values_supported')?.includes('HS256')) throw new NotApplicable('HS256 is not offered')
    const { reply, registration } = await register({ id_token_signed_response_alg: 'HS256' })
    accepted(reply)
    const own = app().with(registration)
    const [signedIn, other] = [browser(), browser('stranger')]
    const { id_token = '' } = await own.tokens({ scope: 'openid' }, signedIn)
    const { id_token: foreign = '' } = await own.tokens({ scope: 'openid' }, other)
    const k = Buffer.from(registration.client_secret ?? '').toString('base64url')
    const forged = await signed({ kty: 'oct', k, alg: 'HS256' }, { ...decode(foreign).claims, sub: decode(id_token).claims.sub }, {})
    redirected(await own.authorize({ scope: 'openid', prompt: 'none', id_token_hint: id_token }, { browser: signedIn }))
    notAuthorized(await own.authorize({ scope: 'openid', prompt: 'none', id_token_hint: forged }, { browser: signedIn }))
  },
})
