import { detailType } from '../../src/actors/details.ts'
import { check } from '../../src/check.ts'
import { demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9396 §7',
  level: 'MUST',
  title: 'The token response contains the granted authorization_details',
  needs: ['code flow', 'authorization details', 'two resources'],
  async run({ app, forApi, metadata }) {
    const type = detailType(metadata)
    const { reply } = await app().tokens({ ...forApi(), authorization_details: JSON.stringify([{ type }]) })
    const told = json(reply)['authorization_details']
    demand(Array.isArray(told) && told.some((detail) => detail?.type === type), `authorization_details is ${JSON.stringify(told)}`)
  },
})
