import { check } from '../../src/check.ts'
import { accepted, json, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.2',
  level: 'MUST',
  title: 'A request_uri can only be used by the client that pushed the request',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const { request_uri } = json(accepted(await app('web').push()))
    notAuthorized(await app('other').pushed(String(request_uri)))
    const { request_uri: own } = json(accepted(await app('other').push()))
    redirected(await app('other').pushed(String(own)))
  },
})
