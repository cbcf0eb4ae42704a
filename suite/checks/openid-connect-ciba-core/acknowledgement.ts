import { check } from '../../src/check.ts'
import { demand, json } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.3',
  level: 'MUST',
  title: 'The acknowledgement has a new auth_req_id of at least 128 bits, and its lifetime',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel }) {
    const { ask } = backchannel()
    const asked = [await ask(), await ask()]
    for (const one of asked) await one.answer('decline')
    for (const { reply, authReqId } of asked) {
      const { expires_in: lifetime, interval = 5 } = json(reply)
      demand(reply.status === 200, `the status is ${reply.status}`)
      demand(reply.headers['content-type']?.startsWith('application/json'), `the type is ${reply.headers['content-type']}`)
      demand(Number.isSafeInteger(lifetime) && Number(lifetime) > 0, 'expires_in is no positive number of seconds')
      demand(typeof interval === 'number' && interval > 0, 'interval is no positive number of seconds')
      demand(authReqId.length >= 22, `auth_req_id has ${authReqId.length} characters`)
      demand(/^[\w.-]+$/.test(authReqId), 'auth_req_id has characters other than letters, digits, "-", "." and "_"')
    }
    demand(asked[0]!.authReqId !== asked[1]!.authReqId, 'auth_req_id was given twice')
  },
})
