import { check } from '../../src/check.ts'
import { accepted, arrived, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §4',
  level: 'MUST NOT',
  title: 'Parameters beside the request_uri change nothing of what was pushed',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const { request_uri } = json(accepted(await app().push({ state: 'pushed' })))
    const beside = { state: 'beside', redirect_uri: 'https://attacker.example/callback', scope: 'openid email' }
    const landing = await app().pushed(String(request_uri), beside)
    if (landing.at === 'client') {
      demand(landing.url.href.startsWith(app().redirectUri), `the browser was sent to ${landing.url.origin}`)
      demand(landing.params['state'] === 'pushed', `state is ${landing.params['state']}`)
    }
    const { request_uri: own } = json(accepted(await app().push()))
    arrived(await app().pushed(String(own)))
  },
})
