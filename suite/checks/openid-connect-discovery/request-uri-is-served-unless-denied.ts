import { check } from '../../src/check.ts'
import { arrived, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'MUST',
  title: 'request_uri_parameter_supported is true when it is left out, and true means that request_uri works',
  needs: ['OpenID', 'code flow'],
  async run({ app, metadata }) {
    arrived(await app().authorize())
    const landing = await app().authorize({ request_uri: 'https://web.example/request.jwt' })
    const unsupported = landing.at === 'client' && landing.params['error'] === 'request_uri_not_supported'
    demand(
      metadata.is('request_uri_parameter_supported') === false || !unsupported,
      'it is not false, yet the answer is request_uri_not_supported',
    )
  },
})
