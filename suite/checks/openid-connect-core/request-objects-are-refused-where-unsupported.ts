import { check } from '../../src/check.ts'
import { NotApplicable, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §6.1',
  level: 'MUST',
  title: 'Without support for request objects, they are rejected with request_not_supported',
  needs: ['OpenID', 'code flow'],
  async run({ app, metadata }) {
    if (metadata.is('request_parameter_supported')) throw new NotApplicable('the server takes request objects')
    redirected(await app().authorize())
    redirectedWithError(await app().authorize({ request: 'eyJhbGciOiJub25lIn0.e30.' }), 'request_not_supported')
  },
})
