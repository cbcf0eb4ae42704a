import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Form Post Response Mode §2',
  level: 'MUST',
  title: 'The authorization response is posted to the redirect URI as a form',
  needs: ['code flow', 'form post'],
  async run({ app }) {
    const { mode, url, params } = redirected(await app().authorize({ response_mode: 'form_post', state: 's' }))
    demand(mode === 'form_post', `it came by ${mode}`)
    demand(url.href === app().redirectUri, `it came to ${url.href}`)
    demand(params['code'] && params['state'] === 's', 'code or state is missing')
  },
})
