import { refusedByFederation } from '../../src/actors/federation.ts'
import { superior } from '../../src/actors/superior.ts'
import { trustMark } from '../../src/actors/trust-mark.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Federation §8.5.1',
  level: 'REQUIRED',
  title: 'The list of trust marked entities needs a type, and a subject narrows it to that entity or to nobody',
  async run(context) {
    const { listed, url } = await superior(context)
    const { subject, type: trust_mark_type } = await trustMark(context)
    const list = (params: Record<string, string>) => context.get(withQuery(url('trust_mark_list'), params))
    demand(listed(await list({ trust_mark_type, sub: subject })).join() === subject, 'the entity is not listed alone')
    demand(listed(await list({ trust_mark_type, sub: 'https://nobody.example' })).length === 0, 'sub is ignored')
    demand(listed(await list({ trust_mark_type: 'https://nobody.example/has-this' })).length === 0, 'trust_mark_type is ignored')
    refusedByFederation(await list({}))
  },
})
