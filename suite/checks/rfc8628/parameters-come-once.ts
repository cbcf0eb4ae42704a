import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.1',
  level: 'MUST NOT',
  title: 'A device authorization request with a repeated parameter is rejected; an empty parameter is as if it were absent',
  needs: ['device flow'],
  async run({ app }) {
    const ask = (params: Parameters<ReturnType<typeof app>['post']>[1]) => app('device').post('device_authorization_endpoint', params)
    accepted(await ask({ scope: 'openid', 'no-such-parameter': '', login_hint: '' }))
    refused(await ask({ scope: ['openid', 'openid'] }), 'invalid_request')
  },
})
