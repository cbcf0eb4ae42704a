/** Dynamic client registration — RFC 7591, OpenID Connect Dynamic Client Registration 1.0. */
import type { AuditEvent } from '../audit-events.ts'
import { refuse, TooMany } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { clientFrom, readMembers } from '../registration.ts'
import { bearerOf, newSecretFor, registrationReply } from '../registration-reply.ts'
import type { Registration } from '../registry.ts'
import type { Request } from '../request-reply.ts'
import { quarantine } from '../self-registered.ts'

const endpoint: Endpoint = {
  path: '/register',
  advertisedAs: 'registration_endpoint',
  methods: ['POST'],
  audience: 'program',
  body: 'json',
  async handle(ctx, request, { json }) {
    const registration = await permitted(ctx, request)
    const { token } = registration
    const client = (await clientFrom(ctx, readMembers(json), registration))(undefined)
    const accessToken = ctx.tokens.make('ra')
    const secret = newSecretFor(ctx, client)
    const added = await ctx.store.registrations.add({
      client,
      secret: secret?.row,
      registration,
      hash: ctx.tokens.hash('ra', accessToken) as string,
      quarantined: token === undefined,
      expiresAt: registration.at + (token === undefined ? quarantine : ctx.tenant.registration.unusedFor),
    })
    if (!added) refuse('invalid_token', unknown)
    const detail = { token: token ?? 'none' }
    const made: AuditEvent = { act: 'client.create', outcome: 'success', target: client.client_id, detail }
    const reply = registrationReply(ctx, { client, registration, accessToken, secret: secret?.shown })
    return { ...reply, status: 201, auditEvents: [made] }
  },
}

const unknown = 'the initial access token is unknown, expired or used up'

/** What the initial access token permits, or what anyone may. §3 */
async function permitted(ctx: Ctx, request: Request): Promise<Registration> {
  const { open, scope } = ctx.tenant.registration
  const text = bearerOf(request)
  const at = ctx.now()
  if (text === undefined) {
    if (!open) refuse('invalid_token', 'an initial access token is needed to register here', 'no token')
    const wait = await ctx.people.countRegistration(request.address, at)
    if (wait !== undefined) throw new TooMany('too many registrations from one address', wait)
    return { token: undefined, scope, at }
  }
  const hash = ctx.tokens.hash('ia', text)
  const token = hash === undefined ? undefined : await ctx.store.registrations.initialToken(hash, at)
  return token ? { token: token.id, scope: token.scope ?? scope, at } : refuse('invalid_token', unknown)
}

export function dynamicRegistration(): Feature {
  return { id: 'dynamicRegistration', spec: 'RFC 7591', requires: ['token'], endpoints: [endpoint] }
}
