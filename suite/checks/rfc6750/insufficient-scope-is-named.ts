import { check } from '../../src/check.ts'
import { accepted, demand, denied, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6750 §3.1',
  level: 'SHOULD',
  title: 'A token with insufficient scope is rejected with 403 and insufficient_scope',
  needs: ['code flow', 'UserInfo', 'OpenID'],
  async run({ app, userinfo, resources }) {
    const scope = resources[0]?.scope.split(' ')[0]
    if (scope === undefined) throw new NotApplicable('the target names no resource, so there is no scope but those of OpenID Connect')
    accepted(await userinfo((await app().tokens()).access_token))
    const reply = await userinfo((await app().tokens({ scope })).access_token)
    denied(reply)
    demand(reply.status === 403, `the status is ${reply.status}`)
    demand(/error="insufficient_scope"/.test(reply.headers['www-authenticate'] ?? ''), 'the challenge does not say insufficient_scope')
  },
})
