import { credentialIssuer } from '../../src/actors/documents.ts'
import { decode } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §12.2.3',
  level: 'MUST',
  title: 'Signed metadata has its type, an asymmetric algorithm, the issuer as sub, iat, and all that plain metadata has',
  async run(context) {
    const { reply, members } = await credentialIssuer(context)
    const signed = accepted(await context.get(reply.exchange.request.url, { accept: 'application/jwt' }))
    if (!/^application\/jwt\b/i.test(signed.headers['content-type'] ?? '')) throw new NotApplicable('the metadata is not signed')
    const { claims, header } = decode(signed.body)
    demand(header.typ === 'openidvci-issuer-metadata+jwt', `typ is ${header.typ}`)
    demand(!/^(?:none|HS\d+)$/.test(header.alg), `alg is ${header.alg}`)
    demand(claims.sub === members['credential_issuer'], `sub is ${claims.sub}`)
    demand(Number.isInteger(claims.iat), 'iat is missing')
    for (const name of Object.keys(members)) demand(claims[name] !== undefined, `${name} is missing`)
  },
})
