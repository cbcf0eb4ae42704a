import { calculateJwkThumbprint } from 'jose'
import { decode, isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { active, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §6',
  level: 'MUST',
  title: 'A bound token states the key thumbprint in cnf.jkt',
  needs: ['code flow', 'DPoP', 'introspection'],
  async run({ app, forApi, introspect, random }) {
    const dpop = random.key()
    const { kty, crv, x, y } = dpop
    const { access_token } = await app().with({ dpop }).tokens(forApi())
    const { cnf } = isJwt(access_token) ? decode(access_token).claims : active(await introspect(access_token))
    const jkt = await calculateJwkThumbprint({ kty, crv, x, y })
    demand((cnf as { jkt?: string } | undefined)?.jkt === jkt, `cnf is ${JSON.stringify(cnf)}`)
  },
})
