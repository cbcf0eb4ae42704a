import { automatic } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { demand, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.1.1.1',
  level: 'MUST',
  title: 'A request object of a relying party works once, even in eight concurrent browsers',
  needs: ['code flow'],
  async run(context) {
    const { open, request } = await automatic(context)
    redirected(await open((await request()).url))
    const { url } = await request()
    const landings = await context.race(8, () => open(url))
    const winners = landings.filter((landing) => landing.at === 'client' && landing.params['code'] !== undefined)
    demand(winners.length === 1, `${winners.length} of 8 browsers got a code`)
    notAuthorized(await open(url))
  },
})
