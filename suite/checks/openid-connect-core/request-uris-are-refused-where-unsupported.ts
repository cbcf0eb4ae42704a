import { check } from '../../src/check.ts'
import { NotApplicable, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §6.2',
  level: 'MUST',
  title: 'Without support for request_uri, it is rejected with request_uri_not_supported',
  needs: ['OpenID', 'code flow'],
  async run({ app, metadata }) {
    const taken = metadata.is('request_uri_parameter_supported') !== false || metadata.text('pushed_authorization_request_endpoint')
    if (taken) throw new NotApplicable('the server takes request_uri')
    redirected(await app().authorize())
    redirectedWithError(await app().authorize({ request_uri: 'https://web.example/request.jwt' }), 'request_uri_not_supported')
  },
})
