import { check } from '../../src/check.ts'
import { accepted, arrived, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.1',
  level: 'MUST',
  title: 'A public client pushes by naming itself',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const { request_uri } = json(accepted(await app('public').push()))
    arrived(await app('public').pushed(String(request_uri)))
  },
})
