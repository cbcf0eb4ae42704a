import { objectType, referenced } from '../../src/actors/referenced.ts'
import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §5.2.3',
  level: 'MUST',
  title: 'A request object at a request_uri is fetched with GET, and its parameters are those of the request',
  needs: ['code flow', 'request objects by reference', 'registration'],
  async run(context) {
    const { calls, object, open, serve, uri } = await referenced(context)
    serve({ text: await object({ state: 'of the object' }), type: objectType })
    const { params } = redirected(await open(uri))
    demand(params['state'] === 'of the object', `state is ${params['state']}`)
    demand(params['code'] !== undefined, 'the client got no code')
    demand(calls().includes('GET /request.jwt'), `the server sent ${calls().join(', ') || 'nothing'}`)
  },
})
