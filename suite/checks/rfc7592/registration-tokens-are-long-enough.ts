import { isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §5',
  level: 'MUST',
  title: 'Registration access tokens are unique and have at least 128 bits, and one reads its own client alone',
  needs: ['registration'],
  async run({ manage }) {
    const clients = [await manage(), await manage(), await manage()]
    const tokens = clients.map(({ token }) => token)
    demand(new Set(tokens).size === tokens.length, 'the same token was issued twice')
    const shortest = Math.min(...tokens.filter((token) => !isJwt(token)).map((token) => token.length))
    demand(shortest * 6 >= 128, `a token has ${shortest} characters, which hold less than 128 bits`)
    const [first, second] = clients
    demand((await first!.send('GET')).status === 200, 'a token does not read its own client')
    const { status } = await first!.send('GET', { token: second!.token })
    demand(status === 401 || status === 403, `the token of another client is answered with ${status}`)
  },
})
