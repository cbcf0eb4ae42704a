import { check } from '../../src/check.ts'
import { accepted, json, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §4',
  level: 'SHOULD',
  title: 'A request_uri can be used only once',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const { request_uri } = json(accepted(await app().push()))
    redirected(await app().pushed(String(request_uri)))
    notAuthorized(await app().pushed(String(request_uri)))
  },
})
