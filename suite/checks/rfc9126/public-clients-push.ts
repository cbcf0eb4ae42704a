import { check } from '../../src/check.ts'
import { accepted, json, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.1',
  level: 'MUST',
  title: 'A public client can push requests',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const { request_uri } = json(accepted(await app('public').push()))
    redirected(await app('public').pushed(String(request_uri)))
  },
})
