import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST NOT',
  title: 'prompt=none without a session returns login_required and shows no page',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    redirectedWithError(await app().authorize({ prompt: 'none' }, { intent: { idle: true } }), 'login_required', 'interaction_required')
  },
})
