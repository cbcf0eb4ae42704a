import { check } from '../../src/check.ts'
import { accepted, demand, json, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §7.3',
  level: 'SHOULD',
  title: 'Only one of eight browsers with the same request_uri gets a code',
  needs: ['code flow', 'pushed requests'],
  async run({ app, race }) {
    const { request_uri } = json(accepted(await app().push()))
    const landings = await race(8, () => app().pushed(String(request_uri)))
    const winners = landings.filter((landing) => landing.at === 'client' && landing.params['code'] !== undefined)
    demand(winners.length === 1, `${winners.length} of 8 browsers got a code`)
    redirected(winners[0]!)
  },
})
