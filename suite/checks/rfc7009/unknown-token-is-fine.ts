import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2.2',
  level: 'MUST',
  title: 'Revoking an unknown or already revoked token returns 200',
  needs: ['code flow', 'revocation'],
  async run({ app, random }) {
    const { access_token } = await app().tokens()
    for (const token of [random.text(32), access_token, access_token, 'a.b.c']) {
      const { status } = accepted(await app().post('revocation_endpoint', { token }))
      demand(status === 200, `the status is ${status}`)
    }
  },
})
