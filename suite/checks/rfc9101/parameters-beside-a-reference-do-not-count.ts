import { objectType, referenced } from '../../src/actors/referenced.ts'
import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.3',
  level: 'MUST',
  title: 'Parameters beside a request_uri are ignored, and only those of its request object count',
  needs: ['code flow', 'request objects by reference', 'registration'],
  async run(context) {
    const { object, open, serve, uri } = await referenced(context)
    serve({ text: await object({ state: 'of the object', nonce: undefined }), type: objectType })
    const { params, url } = redirected(await open(uri, { state: 'beside', redirect_uri: 'https://evil.example/callback' }))
    demand(url.hostname !== 'evil.example', 'the code went to the redirect URI beside the object')
    demand(params['state'] === 'of the object', `state is ${params['state']}`)
  },
})
