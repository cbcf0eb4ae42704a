import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.6',
  level: 'MUST',
  title: 'The registration parameter is honored or rejected with registration_not_supported',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    const landing = await app().authorize({ registration: '{"logo_uri":"https://web.example/logo.png"}' })
    if (landing.at === 'client' && landing.params['code'] !== undefined) return
    redirectedWithError(landing, 'registration_not_supported')
    redirected(await app().authorize())
  },
})
