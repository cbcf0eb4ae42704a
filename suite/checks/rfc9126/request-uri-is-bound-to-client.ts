import { check } from '../../src/check.ts'
import { accepted, arrived, json, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.2',
  level: 'MUST',
  title: 'A pushed request is used only by the client that pushed it',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const { request_uri } = json(accepted(await app('web').push()))
    notAuthorized(await app('other').pushed(String(request_uri)))
    const { request_uri: own } = json(accepted(await app('other').push()))
    arrived(await app('other').pushed(String(own)))
  },
})
