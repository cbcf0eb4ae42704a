import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.3',
  level: 'MUST',
  title: 'A signed request object replaces the request parameters',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    const { params } = redirected(await app('jwt').authorize(await app('jwt').signedRequest({ state: 'signed' })))
    demand(params['code'], 'there is no code')
    demand(params['state'] === 'signed', `state is ${params['state']}`)
  },
})
