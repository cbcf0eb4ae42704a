import { check } from '../../src/check.ts'
import { demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Form Post Response Mode §2',
  level: 'MUST',
  title: 'Error responses are posted to the redirect URI too',
  needs: ['code flow', 'form post'],
  async run({ app }) {
    redirected(await app().authorize({ response_mode: 'form_post' }))
    const { mode } = redirectedWithError(await app().authorize({ response_mode: 'form_post', response_type: 'unheard-of' }))
    demand(mode === 'form_post', `it came by ${mode}`)
  },
})
