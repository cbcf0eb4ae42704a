import { superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Federation §8.2.2',
  level: 'MUST',
  title: 'The list endpoint answers with a JSON array of immediate subordinates, about each of which there is a statement',
  async run(context) {
    const { id, listed, signed, url } = await superior(context)
    const all = listed(await context.get(url('list')))
    demand(new Set(all).size === all.length, 'an entity is listed twice')
    demand(!all.includes(id), 'the server lists itself')
    for (const sub of all.slice(0, 5)) await signed(await context.get(withQuery(url('fetch'), { sub })), 'entity-statement+jwt')
  },
})
