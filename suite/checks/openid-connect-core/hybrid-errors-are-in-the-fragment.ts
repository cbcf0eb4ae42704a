import { check } from '../../src/check.ts'
import { demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.3.2.6',
  level: 'MUST',
  title: 'Errors of the hybrid flow come in the fragment, with state',
  needs: ['OpenID', 'hybrid'],
  async run({ app }) {
    const hybrid = app('hybrid')
    const asked = hybrid.request({ response_type: 'code id_token', prompt: 'none' }).params
    const { mode, params } = redirectedWithError(await hybrid.authorize(asked), 'login_required')
    demand(mode === 'fragment', `the error came in the ${mode}`)
    demand(params['state'] === asked['state'], 'state is missing or another one')
    redirected(await hybrid.authorize({ response_type: 'code id_token' }))
  },
})
