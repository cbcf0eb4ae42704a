import { check } from '../../src/check.ts'
import { arrived, NotApplicable, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §6.2',
  level: 'MUST',
  title: 'A server that takes no request_uri says request_uri_not_supported',
  needs: ['OpenID', 'code flow'],
  async run({ app, metadata }) {
    const taken = metadata.is('request_uri_parameter_supported') !== false || metadata.text('pushed_authorization_request_endpoint')
    if (taken) throw new NotApplicable('the server takes request_uri')
    arrived(await app().authorize())
    sentBack(await app().authorize({ request_uri: 'https://web.example/request.jwt' }), 'request_uri_not_supported')
  },
})
