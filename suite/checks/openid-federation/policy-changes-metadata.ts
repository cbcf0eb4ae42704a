import { automatic } from '../../src/actors/federation.ts'
import { superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { demand, NotApplicable } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

const own = { client_name: 'Own name', contacts: ['own@member.example'], scope: 'openid profile' }
const policy = {
  client_name: { value: 'Name of the superior' },
  contacts: { add: ['superior@anchor.example'] },
  logo_uri: { default: 'https://anchor.example/logo.png' },
  grant_types: { subset_of: ['authorization_code', 'implicit'] },
}

export default check({
  clause: 'OpenID Federation §6.1.3.1',
  level: 'MUST',
  title: 'The operators value, add, default and subset_of of a policy change the metadata of a resolved entity',
  async run(context) {
    const { members, signed } = await superior(context)
    const url = members['federation_resolve_endpoint']
    if (typeof url !== 'string') throw new NotApplicable('there is no federation_resolve_endpoint')
    const resolved = async (metadata_policy: object | undefined) => {
      const { anchor, id } = await automatic(context, {
        metadata: { ...own, grant_types: ['authorization_code', 'refresh_token'] },
        statement: { claims: { metadata_policy } },
      })
      const { claims } = await signed(await context.get(withQuery(url, { sub: id, trust_anchor: anchor })), 'resolve-response+jwt')
      return (claims['metadata'] as { openid_relying_party: Record<string, unknown> }).openid_relying_party
    }
    const plain = await resolved(undefined)
    demand(plain['client_name'] === 'Own name', `without a policy, client_name is ${plain['client_name']}`)
    const changed = await resolved({ openid_relying_party: policy })
    const expected = {
      client_name: 'Name of the superior',
      contacts: ['own@member.example', 'superior@anchor.example'],
      logo_uri: 'https://anchor.example/logo.png',
      grant_types: ['authorization_code'],
    }
    for (const [name, value] of Object.entries(expected))
      demand(JSON.stringify(changed[name]) === JSON.stringify(value), `${name} is ${JSON.stringify(changed[name])}`)
  },
})
