import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST',
  title: 'A POST request is not merged with parameters in the query',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser, endpoint }) {
    const { params } = app().request()
    const fields = Object.entries(params).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
    const url = endpoint('authorization_endpoint')
    redirected(await browser().follow({ method: 'POST', url, fields }))
    const mixed = withQuery(url, { redirect_uri: 'https://attacker.example/callback', scope: 'openid email' })
    const landing = await browser().follow({ method: 'POST', url: mixed, fields })
    if (landing.at === 'client') demand(landing.url.href.startsWith(app().redirectUri), `the browser was sent to ${landing.url.origin}`)
  },
})
