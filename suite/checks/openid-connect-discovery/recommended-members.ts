import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

const recommended = ['userinfo_endpoint', 'registration_endpoint', 'scopes_supported', 'claims_supported']

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'RECOMMENDED',
  title: 'The configuration contains the recommended members',
  needs: ['OpenID'],
  async run({ metadata }) {
    const missing = recommended.filter((name) => metadata.members[name] === undefined)
    demand(missing.length === 0, `${missing.join(', ')} missing`)
  },
})
