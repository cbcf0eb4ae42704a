import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.3',
  level: 'MUST',
  title: 'Parameters outside the request object are ignored',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    const object = await app('jwt').signedRequest({ state: 'signed' })
    const landing = await app('jwt').authorize({ ...object, state: 'beside', redirect_uri: 'https://attacker.example/callback' })
    if (landing.at === 'client') {
      demand(landing.url.href.startsWith(app('jwt').redirectUri), `the browser was sent to ${landing.url.origin}`)
      demand(landing.params['state'] === 'signed', `state is ${landing.params['state']}`)
    }
    redirected(await app('jwt').authorize(await app('jwt').signedRequest()))
  },
})
