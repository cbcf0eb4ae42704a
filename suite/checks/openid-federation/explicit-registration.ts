import { entityConfiguration } from '../../src/actors/documents.ts'
import { explicit, registerExplicitly } from '../../src/actors/federation.ts'
import { decode, verify } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.2.3',
  level: 'MUST',
  title: 'An explicit registration is answered by a signed statement about the relying party, with its superior and trust anchor',
  async run(context) {
    const { anchor, id, registration, superior } = await explicit(context, { intermediate: {} })
    const reply = accepted(await registerExplicitly(context, await registration()))
    const type = reply.headers['content-type'] ?? ''
    demand(/^application\/explicit-registration-response\+jwt *(?:;|$)/i.test(type), `the content type is ${type}`)
    const { claims, header } = decode(reply.body)
    demand(header.typ === 'explicit-registration-response+jwt', `typ is ${header.typ}`)
    const own = await entityConfiguration(context)
    const keys = { ...own.reply, body: JSON.stringify(own.claims['jwks']) }
    await verify(reply.body, keys)
    demand(claims.iss === context.target.issuer, `iss is ${claims.iss}`)
    demand(claims.sub === id, `sub is ${claims.sub}`)
    demand([claims.aud].flat().join() === id, `aud is ${claims.aud}`)
    demand(Number.isInteger(claims.iat) && Number.isInteger(claims.exp), 'iat or exp is missing')
    demand(claims['trust_anchor'] === anchor, `trust_anchor is ${claims['trust_anchor']}`)
    demand([claims['authority_hints']].flat().join() === superior, `authority_hints is ${claims['authority_hints']}`)
    const { openid_relying_party: told } = (claims['metadata'] ?? {}) as { openid_relying_party?: { client_id?: unknown } }
    demand(typeof told?.client_id === 'string', 'the metadata has no client_id')
  },
})
