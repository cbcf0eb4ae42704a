import { check } from '../../src/check.ts'
import { demand, granted, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.2.1',
  level: 'REQUIRED',
  title: 'A token exchange for more scope than the subject token has tells that less was granted, or is rejected',
  needs: ['token exchange', 'two resources'],
  async run({ exchanger, resources: [resource] }) {
    const words = resource!.scope.split(' ')
    if (words.length < 2) throw new NotApplicable('the first API has one scope only')
    const { subject, exchange } = exchanger()
    const { token, scope } = await subject()
    granted(await exchange(token, { scope }))
    const reply = await exchange(token, { scope: words.join(' ') })
    if (reply.status === 400) return
    const told = granted(reply).scope?.split(' ') ?? words
    demand(!words.slice(1).some((word) => told.includes(word)), 'the issued token has scope that the subject token lacks')
  },
})
