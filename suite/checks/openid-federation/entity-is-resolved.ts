import { entityConfiguration } from '../../src/actors/documents.ts'
import { automatic } from '../../src/actors/federation.ts'
import { decode } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, denied, NotApplicable } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'OpenID Federation §8.3.2',
  level: 'MUST',
  title: 'The resolve endpoint answers with the metadata and the trust chain of an entity, and not for one without trust',
  async run(context) {
    const { metadata } = (await entityConfiguration(context)).claims as { metadata?: { federation_entity?: Record<string, unknown> } }
    const endpoint = metadata?.federation_entity?.['federation_resolve_endpoint']
    if (typeof endpoint !== 'string') throw new NotApplicable('there is no federation_resolve_endpoint')
    const resolve = (sub: string, trust_anchor: string) => context.get(withQuery(endpoint, { sub, trust_anchor }))
    const { anchor, id } = await automatic(context)
    const reply = accepted(await resolve(id, anchor))
    const type = reply.headers['content-type'] ?? ''
    demand(/^application\/resolve-response\+jwt *(?:;|$)/i.test(type), `the content type is ${type}`)
    const { claims, header } = decode(reply.body)
    demand(header.typ === 'resolve-response+jwt', `typ is ${header.typ}`)
    demand(claims.iss === context.target.issuer && claims.sub === id, `iss and sub are ${claims.iss} and ${claims.sub}`)
    demand(Number.isInteger(claims.iat) && Number.isInteger(claims.exp), 'iat or exp is missing')
    const told = claims['metadata'] as { openid_relying_party?: { redirect_uris?: unknown[] } } | undefined
    demand(Array.isArray(told?.openid_relying_party?.redirect_uris), 'the metadata of the relying party is missing')
    demand(Array.isArray(claims['trust_chain']) && claims['trust_chain'].length >= 2, 'trust_chain is missing')
    const stranger = await automatic(context, { stranger: true })
    denied(await resolve(stranger.id, anchor))
    denied(await resolve(id, stranger.anchor))
  },
})
