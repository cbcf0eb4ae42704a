import { isUnsupported, superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { demand, NotApplicable } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Federation §8.2.1',
  level: 'MUST',
  title: 'A filter of the list endpoint leaves out entities that do not match, or is rejected with unsupported_parameter',
  async run(context) {
    const { listed, url } = await superior(context)
    const list = url('list')
    const all = listed(await context.get(list))
    if (all.length === 0) throw new NotApplicable('the server has no subordinates')
    const filtered = async (params: Record<string, string>) => {
      const reply = await context.get(withQuery(list, params))
      return isUnsupported(reply) ? undefined : listed(reply)
    }
    const none = [{ entity_type: 'type_that_nobody_has' }, { trust_mark_type: 'https://nobody.example/has-this' }]
    for (const params of none) demand(((await filtered(params)) ?? []).length === 0, `${Object.keys(params)} filters nothing`)
    for (const params of [{ intermediate: 'true' }, { trust_marked: 'true' }, { entity_type: 'openid_relying_party' }]) {
      const some = (await filtered(params)) ?? []
      demand(
        some.every((id) => all.includes(id)),
        `${Object.keys(params)} adds entities`,
      ) // prettier-ignore
    }
  },
})
