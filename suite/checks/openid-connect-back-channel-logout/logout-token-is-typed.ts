import { toldOfLogout } from '../../src/actors/logout.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Back-Channel Logout §2.4',
  level: 'RECOMMENDED',
  title: 'The logout token has the type logout+jwt',
  needs: ['back-channel logout', 'OpenID', 'code flow', 'registration'],
  async run(context) {
    const { header } = await context.verify((await toldOfLogout(context)).token)
    demand(header.typ === 'logout+jwt', `typ is ${header.typ}`)
  },
})
