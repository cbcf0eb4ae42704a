import { check } from '../../src/check.ts'
import { accepted, json, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §4',
  level: 'MUST',
  title: 'An unknown request_uri is rejected',
  needs: ['code flow', 'pushed requests'],
  async run({ app, random }) {
    const { request_uri } = json(accepted(await app().push()))
    notAuthorized(await app().pushed(`urn:ietf:params:oauth:request_uri:${random.text(32)}`))
    notAuthorized(await app().pushed(`${request_uri}x`))
    redirected(await app().pushed(String(request_uri)))
  },
})
