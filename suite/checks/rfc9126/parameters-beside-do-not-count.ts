import { check } from '../../src/check.ts'
import { accepted, demand, json, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §4',
  level: 'MUST NOT',
  title: 'Parameters outside the pushed request are ignored',
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
    redirected(await app().pushed(String(own)))
  },
})
