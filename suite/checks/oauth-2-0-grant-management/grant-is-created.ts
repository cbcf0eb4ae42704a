import { grantManager } from '../../src/actors/grants.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Grant Management §5.4',
  level: 'MUST',
  title: 'A request to create a grant returns the id of a new grant with the tokens',
  needs: ['code flow', 'grant management'],
  async run(context) {
    const { grant } = grantManager(context)
    const [one, other] = [await grant(), await grant()]
    demand(one.id !== other.id, 'the same grant_id came twice')
    demand(one.id.length >= 22, `grant_id has ${one.id.length} characters`)
  },
})
