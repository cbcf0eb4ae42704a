import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

const odd = ['\0', '\ud800', '%', 'ä'.repeat(2000), 'x'.repeat(7000), '__proto__', '{"a":'.repeat(500), '-1', '1e999', '[]']

export default check({
  clause: 'RFC 9126 §2.3',
  level: 'MUST',
  title: 'Unusual characters and lengths in a pushed request never cause a server error',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    accepted(await app().push())
    const names = ['state', 'scope', 'max_age', 'redirect_uri', 'claims', 'request', 'authorization_details', 'resource', 'id_token_hint']
    for (const value of odd)
      for (const name of names) {
        const { status } = await app().push({ [name]: value })
        demand(status < 500, `${name}=${value.slice(0, 20)} is answered with ${status}`)
      }
  },
})
