import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'SHOULD',
  title: 'Every advertised standard scope is granted on request',
  needs: ['OpenID', 'code flow'],
  async run({ app, metadata }) {
    const offered = metadata.list('scopes_supported') ?? ['openid']
    const scopes = ['openid', 'profile', 'email', 'address', 'phone'].filter((scope) => offered.includes(scope))
    const { scope = scopes.join(' ') } = await app().tokens({ scope: scopes.join(' ') })
    for (const one of scopes) demand(scope.split(' ').includes(one), `${one} was not granted`)
  },
})
