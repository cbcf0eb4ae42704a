import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §6',
  level: 'MUST',
  title: 'A refresh token that was used for less scope still gives all that was granted, and so does the one that replaces it',
  needs: ['code flow', 'refresh tokens', 'OpenID', 'offline_access'],
  async run({ app }) {
    const words = ['openid', 'email', 'offline_access']
    const { refresh_token, scope = words.join(' ') } = await app().offline({ scope: words.join(' ') })
    const narrow = granted(await app().refresh(refresh_token, { scope: 'openid' }))
    demand(!(narrow.scope ?? scope).split(' ').includes('email'), `the narrowed scope is ${narrow.scope}`)
    const wide = granted(await app().refresh(narrow.refresh_token ?? refresh_token))
    const missing = scope.split(' ').filter((word) => !(wide.scope ?? scope).split(' ').includes(word))
    demand(missing.length === 0, `${missing.join(' ')} is lost`)
  },
})
