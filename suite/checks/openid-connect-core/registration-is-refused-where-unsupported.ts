import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.6',
  level: 'MUST',
  title: 'The parameter "registration" is answered with registration_not_supported, or used',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    const landing = await app().authorize({ registration: '{"logo_uri":"https://web.example/logo.png"}' })
    if (landing.at === 'client' && landing.params['code'] !== undefined) return
    sentBack(landing, 'registration_not_supported')
    arrived(await app().authorize())
  },
})
