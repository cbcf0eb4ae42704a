import { calculateJwkThumbprint } from 'jose'
import { check } from '../../src/check.ts'
import { active, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §6.2',
  level: 'MUST',
  title: 'Introspection tells an API the key that a token is bound to, and none for a bearer token',
  needs: ['code flow', 'DPoP', 'introspection', 'two resources'],
  async run({ app, forApi, introspect, random }) {
    const dpop = random.key()
    const { kty, crv, x, y } = dpop
    const bound = active(await introspect((await app().with({ dpop }).tokens(forApi())).access_token))
    const jkt = await calculateJwkThumbprint({ kty, crv, x, y })
    demand((bound['cnf'] as { jkt?: string } | undefined)?.jkt === jkt, `cnf is ${JSON.stringify(bound['cnf'])}`)
    const bearer = active(await introspect((await app().tokens(forApi())).access_token))
    demand(bearer['cnf'] === undefined, 'a bearer token has a key')
  },
})
