import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

const types: Readonly<Record<string, string>> = {
  name: 'string',
  given_name: 'string',
  family_name: 'string',
  preferred_username: 'string',
  email: 'string',
  email_verified: 'boolean',
  phone_number: 'string',
  phone_number_verified: 'boolean',
  address: 'object',
  updated_at: 'number',
  locale: 'string',
  zoneinfo: 'string',
}

export default check({
  clause: 'OpenID Connect Core §5.1',
  level: 'MUST',
  title: 'Standard claims have their specified types and are never null or empty',
  needs: ['OpenID', 'code flow', 'UserInfo'],
  async run({ app, metadata, userinfo }) {
    const offered = metadata.list('scopes_supported') ?? []
    const scope = ['openid', 'profile', 'email', 'address', 'phone'].filter((one) => one === 'openid' || offered.includes(one)).join(' ')
    const told = json(accepted(await userinfo((await app().tokens({ scope })).access_token)))
    for (const [name, type] of Object.entries(types)) {
      const value = told[name]
      demand(value === undefined || (value !== null && typeof value === type), `${name} is ${JSON.stringify(value)}`)
    }
    const empty = Object.entries(told).filter(([, value]) => value === null || value === '')
    demand(empty.length === 0, `empty: ${empty.map(([name]) => name).join(', ')}`)
  },
})
