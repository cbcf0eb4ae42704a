import { decode, isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand, granted, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2.2',
  level: 'MUST',
  title: 'The token request can select one of several requested resources',
  needs: ['code flow', 'refresh tokens', 'two resources'],
  async run({ app, resources }) {
    const [first, second] = resources
    const asked = { resource: [first!.identifier, second!.identifier], scope: `${first!.scope} ${second!.scope} offline_access` }
    const code = await app().code({ ...asked, prompt: 'consent' })
    const tokens = granted(await app().redeem(code, { resource: first!.identifier }))
    if (isJwt(tokens.access_token)) demand([decode(tokens.access_token).claims.aud].flat().join() === first!.identifier, 'aud is another')
    if (tokens.refresh_token === undefined) throw new NotApplicable('no refresh token was issued')
    const other = granted(await app().refresh(tokens.refresh_token, { resource: second!.identifier }))
    if (isJwt(other.access_token)) demand([decode(other.access_token).claims.aud].flat().join() === second!.identifier, 'aud is another')
  },
})
