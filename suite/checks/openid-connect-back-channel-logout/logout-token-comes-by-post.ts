import { toldOfLogout } from '../../src/actors/logout.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Back-Channel Logout §2.5',
  level: 'MUST',
  title: 'The logout token is sent to the registered URI in a form by POST',
  needs: ['back-channel logout', 'OpenID', 'code flow', 'registration'],
  async run(context) {
    const { request } = await toldOfLogout(context)
    demand(request.method === 'POST', `the method is ${request.method}`)
    demand(/^application\/x-www-form-urlencoded *(?:;|$)/i.test(request.contentType), `the content type is ${request.contentType}`)
  },
})
