import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Form Post Response Mode §4',
  level: 'MUST',
  title: 'Form values are escaped and arrive unchanged',
  needs: ['code flow', 'form post'],
  async run({ app }) {
    for (const state of ['"><script>alert(1)</script>', "' onload='alert(1)", '&quot;&amp;', '<!--', 'a b+c']) {
      const { mode, params, reply } = redirected(await app().authorize({ response_mode: 'form_post', state }))
      demand(mode === 'form_post', `it came by ${mode}`)
      demand(params['state'] === state, `sent ${state}, got ${params['state']}`)
      demand(!reply.body.includes('<script>alert(1)'), 'a script of the state is on the page')
    }
  },
})
