import { check } from '../../src/check.ts'
import { arrived, refusedOnPage } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8252 §8.4',
  level: 'MUST',
  title: 'Beyond loopback the port is part of the comparison',
  needs: ['code flow'],
  async run({ app }) {
    arrived(await app().authorize())
    const url = new URL(app().redirectUri)
    url.port = '8443'
    refusedOnPage(await app().authorize({ redirect_uri: url.href }))
  },
})
