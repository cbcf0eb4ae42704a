import { detailType } from '../../src/actors/details.ts'
import { check } from '../../src/check.ts'
import { demand, granted, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9396 §6.1',
  level: 'MUST NOT',
  title: 'A token request cannot widen the authorization_details that were granted',
  needs: ['code flow', 'authorization details', 'two resources'],
  async run({ app, forApi, metadata }) {
    const type = detailType(metadata)
    const details = (...actions: string[]) => JSON.stringify([{ type, actions }])
    const request = { ...forApi(), authorization_details: details('read') }
    granted(await app().redeem(await app().code(request)))
    const reply = await app().redeem(await app().code(request), { authorization_details: details('read', 'write') })
    if (reply.status === 400) return
    granted(reply)
    demand(!JSON.stringify(json(reply)['authorization_details'] ?? []).includes('write'), 'more was granted than the person allowed')
  },
})
