import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

const claims = { email: 'email', phone: 'phone_number', address: 'address' } as const

export default check({
  clause: 'OpenID Connect Core §5.4',
  level: 'MUST',
  title: 'UserInfo returns the claims of the requested scopes and no others',
  needs: ['OpenID', 'code flow', 'UserInfo'],
  async run({ app, metadata, userinfo }) {
    const told = async (scope: string) => json(accepted(await userinfo((await app().tokens({ scope })).access_token)))
    const bare = await told('openid')
    for (const [scope, claim] of Object.entries(claims)) {
      demand(!(claim in bare), `${claim} is told without the scope ${scope}`)
      if (!metadata.list('scopes_supported')?.includes(scope)) continue
      const more = await told(`openid ${scope}`)
      demand(claim in more, `${claim} is not told for the scope ${scope}`)
      const other = Object.values(claims).filter((name) => name !== claim && name in more)
      demand(other.length === 0, `${other.join(', ')} is told for the scope ${scope}`)
    }
  },
})
