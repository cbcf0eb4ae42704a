import { check } from '../../src/check.ts'
import { redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST',
  title: 'The authorization endpoint accepts POST requests',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser, endpoint }) {
    const { params } = app().request()
    const fields = Object.entries(params).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
    redirected(await browser().follow({ method: 'POST', url: endpoint('authorization_endpoint'), fields }))
  },
})
