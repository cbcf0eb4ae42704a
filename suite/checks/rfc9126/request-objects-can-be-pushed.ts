import { check } from '../../src/check.ts'
import { accepted, demand, json, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §3',
  level: 'MUST',
  title: 'A request object can be pushed, and only the parameters in it count',
  needs: ['code flow', 'pushed requests', 'request objects'],
  async run({ app }) {
    const jwt = app('jwt')
    const params = await jwt.signedRequest({ state: 'of the object' })
    const reply = await jwt.post('pushed_authorization_request_endpoint', params)
    const landing = redirected(await jwt.pushed(String(json(accepted(reply))['request_uri'])))
    demand(landing.params['state'] === 'of the object', `state is ${landing.params['state']}`)
  },
})
