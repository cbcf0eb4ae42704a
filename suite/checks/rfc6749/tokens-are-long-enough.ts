import { isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §10.10',
  level: 'MUST',
  title: 'Access tokens and refresh tokens are unique and have at least 128 bits',
  needs: ['code flow', 'refresh tokens'],
  async run({ app, browser }) {
    const signedIn = browser()
    const tokens: string[] = []
    for (let n = 0; n < 4; n++) {
      const { access_token, refresh_token } = await app().offline({}, signedIn)
      tokens.push(access_token, refresh_token)
    }
    demand(new Set(tokens).size === tokens.length, 'the same token was issued twice')
    const shortest = Math.min(...tokens.filter((token) => !isJwt(token)).map((token) => token.length))
    demand(shortest * 6 >= 128, `a token has ${shortest} characters, which hold less than 128 bits`)
  },
})
