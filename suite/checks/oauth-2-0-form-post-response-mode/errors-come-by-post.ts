import { check } from '../../src/check.ts'
import { arrived, demand, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Form Post Response Mode §2',
  level: 'MUST',
  title: 'Errors come by POST too',
  needs: ['code flow', 'form post'],
  async run({ app }) {
    arrived(await app().authorize({ response_mode: 'form_post' }))
    const { mode } = sentBack(await app().authorize({ response_mode: 'form_post', response_type: 'unheard-of' }))
    demand(mode === 'form_post', `it came by ${mode}`)
  },
})
