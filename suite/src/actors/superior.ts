/** A server that vouches for others in a federation: its endpoints of OpenID Federation §8. */
import type { CheckContext } from '../context.ts'
import { accepted, demand, json, NotApplicable } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import { entityConfiguration } from './documents.ts'
import { type Jwt, verify } from './jwt.ts'

type Endpoint = 'fetch' | 'list' | 'resolve' | 'trust_mark' | 'trust_mark_status' | 'trust_mark_list' | 'historical_keys'

export interface Superior {
  id: string
  /** Members of its metadata as a `federation_entity`. */
  members: Readonly<Record<string, unknown>>
  /** URL of an endpoint. Not applicable if there is none. */
  url(name: Endpoint): string
  /** A signed response of this type, verified with the keys of the entity configuration. */
  signed(reply: Reply, type: string): Promise<Jwt>
  /** Identifiers of a list. */
  listed(reply: Reply): string[]
}

export async function superior(context: CheckContext): Promise<Superior> {
  const { claims, reply: configuration } = await entityConfiguration(context)
  const members = (claims['metadata'] as { federation_entity?: Record<string, unknown> } | undefined)?.federation_entity ?? {}
  return {
    id: context.target.issuer,
    members,
    url(name) {
      const url = members[`federation_${name}_endpoint`]
      if (typeof url !== 'string') throw new NotApplicable(`there is no federation_${name}_endpoint`)
      return url
    },
    async signed(reply, type) {
      const contentType = accepted(reply).headers['content-type'] ?? ''
      demand(new RegExp(`^application/${type.replace('+', '\\+')} *(?:;|$)`, 'i').test(contentType), `the content type is ${contentType}`)
      const jwt = await verify(reply.body.trim(), { ...configuration, body: JSON.stringify(claims['jwks'] ?? {}) })
      demand(jwt.header.typ === type, `typ is ${jwt.header.typ}`)
      demand(typeof jwt.header.kid === 'string', 'the header has no kid')
      return jwt
    },
    listed(reply) {
      const contentType = accepted(reply).headers['content-type'] ?? ''
      demand(/^application\/json *(?:;|$)/i.test(contentType), `the content type is ${contentType}`)
      const ids: unknown = JSON.parse(reply.body)
      demand(Array.isArray(ids) && ids.every((id) => typeof id === 'string'), 'the response is no array of entity identifiers')
      return ids
    },
  }
}

/** An error response with status 400 because a parameter is not supported, §8.9. */
export function isUnsupported(reply: Reply): boolean {
  if (reply.status !== 400) return false
  demand(json(reply)['error'] === 'unsupported_parameter', `expected a list or unsupported_parameter, got ${json(reply)['error']}`)
  return true
}
