import { check } from '../../src/check.ts'
import { accepted, arrived, json, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §4',
  level: 'SHOULD',
  title: 'A pushed request brings one code',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const { request_uri } = json(accepted(await app().push()))
    arrived(await app().pushed(String(request_uri)))
    notAuthorized(await app().pushed(String(request_uri)))
  },
})
