import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST NOT',
  title: 'prompt=none shows no page: who is not signed in is told by login_required',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    arrived(await app().authorize())
    sentBack(await app().authorize({ prompt: 'none' }, { intent: { idle: true } }), 'login_required', 'interaction_required')
  },
})
