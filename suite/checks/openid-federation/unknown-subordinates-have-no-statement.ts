import { refusedByFederation } from '../../src/actors/federation.ts'
import { superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, json, NotApplicable } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Federation §8.9',
  level: 'MUST',
  title: 'The fetch endpoint answers not_found for a stranger, and invalid_request without an entity or for the server itself',
  async run(context) {
    const { id, listed, url } = await superior(context)
    const [sub] = listed(await context.get(url('list')))
    if (sub === undefined) throw new NotApplicable('the server has no subordinates')
    const fetch = (asked: string | undefined) => context.get(withQuery(url('fetch'), { sub: asked }))
    const wrong: [asked: string | undefined, code: string][] = [
      [`https://${context.random.text(6).toLowerCase()}.example`, 'not_found'],
      [`${sub}/below`, 'not_found'],
      [undefined, 'invalid_request'],
      [id, 'invalid_request'],
    ]
    for (const [asked, code] of wrong) {
      const reply = await fetch(asked)
      refusedByFederation(reply)
      demand(json(reply)['error'] === code, `expected ${code} for ${asked}, got ${json(reply)['error']}`)
    }
    accepted(await fetch(sub))
  },
})
