import { check } from '../../src/check.ts'
import { accepted, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2.1',
  level: 'MUST',
  title: 'Revoking a refresh token during concurrent use invalidates its successors',
  needs: ['code flow', 'refresh tokens', 'revocation'],
  async run({ app, race }) {
    granted(await app().refresh((await app().offline()).refresh_token))
    const { refresh_token: token } = await app().offline()
    const replies = await race(16, (n) => (n === 5 ? app().post('revocation_endpoint', { token }) : app().refresh(token)))
    accepted(replies[5]!)
    refused(await app().refresh(token), 'invalid_grant')
    for (const reply of replies) {
      const successor = reply.body.includes('"refresh_token"') ? granted(reply).refresh_token : undefined
      if (successor !== undefined) refused(await app().refresh(successor), 'invalid_grant')
    }
  },
})
