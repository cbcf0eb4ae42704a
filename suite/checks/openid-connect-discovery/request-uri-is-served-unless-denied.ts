import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'MUST',
  title: 'request_uri works unless request_uri_parameter_supported is false',
  needs: ['OpenID', 'code flow'],
  async run({ app, metadata }) {
    redirected(await app().authorize())
    const landing = await app().authorize({ request_uri: 'https://web.example/request.jwt' })
    const unsupported = landing.at === 'client' && landing.params['error'] === 'request_uri_not_supported'
    demand(
      metadata.is('request_uri_parameter_supported') === false || !unsupported,
      'it is not false, yet the answer is request_uri_not_supported',
    )
  },
})
