import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §7',
  level: 'MUST',
  title: 'A request_uri that is neither an address nor known to the server is rejected, though all parameters come beside it',
  needs: ['code flow', 'pushed requests'],
  async run({ app, random }) {
    for (const request_uri of [`urn:example:${random.text()}`, 'ftp://client.example/request.jwt', 'data:,request', 'request.jwt'])
      notAuthorized(await app().authorize({ request_uri }))
    redirected(await app().authorize())
  },
})
