import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7636 §4.4',
  level: 'MUST',
  title: 'A code cannot be redeemed with the verifier of another code',
  needs: ['code flow', 'PKCE'],
  async run({ app, browser }) {
    const signedIn = browser()
    const [first, second] = [await app().code({}, signedIn), await app().code({}, signedIn)]
    refused(await app().redeem(first, { code_verifier: second.verifier }), 'invalid_grant')
    granted(await app().redeem(second))
  },
})
