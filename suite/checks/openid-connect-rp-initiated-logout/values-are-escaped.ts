import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

const script = '"><script>alert(1)</script>'

export default check({
  clause: 'OpenID Connect RP-Initiated Logout §3',
  level: 'MUST',
  title: 'Values of a logout request are escaped on the pages of the server, and add no headers',
  needs: ['OpenID', 'code flow', 'logout'],
  async run({ app, browser, endpoint, exchanges }) {
    const signedIn = browser()
    const { id_token } = await app().tokens({}, signedIn)
    const open = (query: object) => signedIn.open(withQuery(endpoint('end_session_endpoint'), { ...query }), { idle: true })
    for (const name of ['id_token_hint', 'logout_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'ui_locales']) {
      const { reply } = await open({ [name]: `${script}\r\nx-injected: 1` })
      demand(!reply.body.includes('<script>alert(1)'), `${name} is on the page as it was sent`)
    }
    await open({ id_token_hint: id_token, client_id: app().registration.client_id, state: `a\r\nx-injected: 1` })
    demand(
      exchanges.every(({ response }) => response?.headers['x-injected'] === undefined),
      'there is a header x-injected',
    )
    accepted(await app().redeem(await app().code()))
  },
})
