import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.3',
  level: 'MUST',
  title: 'Requests other than POST are rejected with 405',
  needs: ['code flow', 'pushed requests'],
  async run({ app, endpoint, get }) {
    accepted(await app().push())
    const { status } = await get(endpoint('pushed_authorization_request_endpoint'))
    demand(status === 405, `GET is answered with ${status}`)
  },
})
