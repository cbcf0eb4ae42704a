import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

const script = '"><script>alert(1)</script>'

export default check({
  clause: 'RFC 6749 §10.14',
  level: 'MUST',
  title: 'Request values are escaped on pages',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    const requests = [
      'client_id',
      'redirect_uri',
      'response_type',
      'scope',
      'prompt',
      'login_hint',
      'ui_locales',
      'acr_values',
      'state',
      'nonce',
    ]
    for (const name of requests) {
      const { reply } = await app().authorize({ [name]: script }, { intent: { idle: true } })
      demand(!reply.body.includes('<script>alert(1)'), `${name} is on the page as it was sent`)
    }
  },
})
