import { asserter, bearerGrant } from '../../src/actors/asserter.ts'
import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §3.1',
  level: 'MUST',
  title: 'A JWT bearer grant for an unknown scope is rejected, or the response tells that less was granted',
  needs: ['JWT bearer grant'],
  async run(context) {
    const { assertion, present } = asserter(context)
    granted(await present(await assertion()))
    const params = { grant_type: bearerGrant, assertion: await assertion(), scope: 'unheard-of:everything' }
    const reply = await context.app('assertion').token(params)
    if (reply.status !== 200) return void refused(reply, 'invalid_scope')
    const { scope = params.scope } = granted(reply)
    demand(!scope.includes('unheard-of'), `the scope is ${scope}`)
  },
})
