import { type Altered, signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3.1',
  level: 'MUST',
  title: 'A statement with a key without a kid, or with the same kid twice, is rejected',
  needs: ['code flow'],
  async run(context) {
    const { d, ...other } = { ...context.random.key(), alg: 'ES256' }
    const wrong: Altered['keys'][] = [
      (own) => [own, other],
      (own) => [own, { ...other, kid: 7 }],
      (own) => [own, { ...other, kid: own['kid'] }],
    ]
    for (const keys of wrong) {
      notAuthorized(await signIn(context, { statement: { keys: keys! } }))
      notAuthorized(await signIn(context, { configuration: { keys: keys! } }))
    }
    const two: Altered = { keys: (own) => [own, { ...other, kid: 'other' }] }
    redirected(await signIn(context, { statement: two, configuration: two }))
  },
})
