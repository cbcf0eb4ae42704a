import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §6',
  level: 'MUST NOT',
  title: 'A refresh cannot add scopes that were not granted',
  needs: ['code flow', 'refresh tokens', 'OpenID'],
  async run({ app }) {
    const { refresh_token } = await app().offline()
    const reply = await app().refresh(refresh_token, { scope: 'openid email' })
    if (reply.status !== 200) refused(reply, 'invalid_scope')
    else demand(!(granted(reply).scope ?? 'email').split(' ').includes('email'), 'the scope became wider')
    granted(await app().refresh((await app().offline()).refresh_token))
  },
})
