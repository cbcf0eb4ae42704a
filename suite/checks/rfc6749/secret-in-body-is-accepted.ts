import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §2.3.1',
  level: 'MUST',
  title: 'A client registered for client_secret_post can send its secret in the body',
  needs: ['code flow'],
  async run({ app }) {
    granted(await app('post').redeem(await app('post').code()))
    refused(
      await app('post')
        .with({ client_secret: 'wrong-secret-wrong-secret' })
        .redeem(await app('post').code()),
      'invalid_client',
    )
  },
})
