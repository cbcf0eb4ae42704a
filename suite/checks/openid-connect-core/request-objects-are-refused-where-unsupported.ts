import { check } from '../../src/check.ts'
import { arrived, NotApplicable, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §6.1',
  level: 'MUST',
  title: 'A server that takes no request objects says request_not_supported',
  needs: ['OpenID', 'code flow'],
  async run({ app, metadata }) {
    if (metadata.is('request_parameter_supported')) throw new NotApplicable('the server takes request objects')
    arrived(await app().authorize())
    sentBack(await app().authorize({ request: 'eyJhbGciOiJub25lIn0.e30.' }), 'request_not_supported')
  },
})
