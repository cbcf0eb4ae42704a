import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §3',
  level: 'SHOULD',
  title: 'A token for one resource does not contain scopes of another',
  needs: ['code flow', 'two resources'],
  async run({ app, resources }) {
    const [first, second] = resources
    const scope = `${first!.scope} ${second!.scope}`
    const asked = { resource: [first!.identifier, second!.identifier], scope }
    const tokens = granted(await app().redeem(await app().code(asked), { resource: second!.identifier }))
    const carried = (tokens.scope ?? scope).split(' ')
    const foreign = first!.scope.split(' ').filter((word) => carried.includes(word))
    demand(foreign.length === 0, `it carries ${foreign.join(' ')}`)
  },
})
