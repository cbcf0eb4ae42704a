import { decode, isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand, granted, NotApplicable, type Tokens } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2.2',
  level: 'MUST',
  title: 'A refresh token of two resources gives tokens for each alone, with the scopes of that one, in any order',
  needs: ['code flow', 'refresh tokens', 'two resources'],
  async run({ app, resources }) {
    const [first, second] = resources
    const scope = `${first!.scope} ${second!.scope} offline_access`
    const asked = { resource: [first!.identifier, second!.identifier], scope, prompt: 'consent' }
    let { refresh_token } = granted(await app().redeem(await app().code(asked), { resource: first!.identifier }))
    if (refresh_token === undefined) throw new NotApplicable('no refresh token was issued')
    for (const [one, other] of [
      [second!, first!],
      [first!, second!],
      [second!, first!],
    ] as const) {
      const tokens: Tokens = granted(await app().refresh(refresh_token!, { resource: one.identifier }))
      refresh_token = tokens.refresh_token ?? refresh_token
      const { aud, scope: carried = tokens.scope } = isJwt(tokens.access_token)
        ? decode(tokens.access_token).claims
        : { aud: one.identifier }
      demand([aud].flat().join() === one.identifier, `aud is ${aud}`)
      const foreign = other.scope.split(' ').filter((word) =>
        String(carried ?? '')
          .split(' ')
          .includes(word),
      )
      demand(foreign.length === 0, `it carries ${foreign.join(' ')}`)
    }
  },
})
