import { automatic, refusedByFederation } from '../../src/actors/federation.ts'
import { superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Federation §8.3.1',
  level: 'REQUIRED',
  title: 'A resolve request names its subject and a trust anchor, and gets the metadata of the entity types that it asks for',
  async run(context) {
    const { members, signed } = await superior(context)
    const url = String(members['federation_resolve_endpoint'] ?? '')
    const { anchor, id } = await automatic(context)
    const resolve = (params: Record<string, string>) => context.get(withQuery(url, params))
    for (const params of [{ sub: id }, { trust_anchor: anchor }]) refusedByFederation(await resolve(params as Record<string, string>))
    const metadataFor = async (entity_type: string) => {
      const { claims } = await signed(await resolve({ sub: id, trust_anchor: anchor, entity_type }), 'resolve-response+jwt')
      return Object.keys((claims['metadata'] ?? {}) as object)
    }
    demand((await metadataFor('openid_relying_party')).join() === 'openid_relying_party', 'there is other metadata')
    demand(!(await metadataFor('openid_provider')).includes('openid_relying_party'), 'entity_type is ignored')
  },
})
