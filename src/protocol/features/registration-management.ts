/** Dynamic client registration management — RFC 7592. */
import type { AuditEvent, AuditEventType } from '../audit-events.ts'
import { metadataOf } from '../change-client.ts'
import { hasSecret, signsWithSecret } from '../client-secret-methods.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { clientFrom, readMembers } from '../registration.ts'
import { bearerOf, configurationPath, newSecretFor, registrationReply } from '../registration-reply.ts'
import type { RegisteredClient, Registration } from '../registry.ts'
import type { Reply, Request, RequestBody } from '../request-reply.ts'

const unknown = 'the registration access token is unknown, replaced, or of another client'

/** What must not be sent, because the server alone says it. §2.2 */
const ofServer = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at']

const endpoint: Endpoint = {
  path: configurationPath,
  methods: ['GET', 'PUT', 'DELETE'],
  audience: 'program',
  body: 'json',
  async handle(ctx, request, sent) {
    const holder = await authenticate(ctx, request, sent)
    if (request.method === 'PUT') return change(ctx, holder, sent)
    if (request.method === 'DELETE') return remove(ctx, holder)
    const { client, registration, accessToken } = holder
    return registrationReply(ctx, { client: metadataOf(client), registration, accessToken, secret: undefined }) // §2.1
  },
}

interface Holder {
  client: RegisteredClient
  registration: Registration
  accessToken: string
  hash: string
}

/** The client whose registration access token this is: a client that is gone is as unknown as a wrong token. §2 */
async function authenticate(ctx: Ctx, request: Request, { path }: RequestBody): Promise<Holder> {
  const accessToken = bearerOf(request) ?? refuse('invalid_token', 'the registration access token is needed', 'no token')
  const hash = ctx.tokens.hash('ra', accessToken) ?? refuse('invalid_token', unknown)
  const client = await ctx.store.registrations.find(path['id'] as string, hash)
  if (!client?.registration || (client.expiresAt ?? 0) <= ctx.now()) return refuse('invalid_token', unknown)
  return { client, registration: client.registration, accessToken, hash }
}

/** Everything is said anew: what is absent takes its default. §2.2 */
async function change(ctx: Ctx, { client: before, registration, hash }: Holder, { json }: RequestBody): Promise<Reply> {
  const members = readMembers(json)
  if (ofServer.some((name) => name in members))
    refuse('invalid_client_metadata', 'the body holds a member that the server alone sets; leave it out')
  if (members['client_id'] !== before.client_id) refuse('invalid_client_metadata', 'client_id must be that of the client')
  await checkSecret(ctx, before, members['client_secret'])
  const changed = await clientFrom(ctx, members, registration, metadataOf(before))
  const asked = changed(metadataOf(before))
  const keepsSecret = hasSecret(before) && (signsWithSecret(before) || !signsWithSecret(asked))
  const secret = keepsSecret ? undefined : newSecretFor(ctx, asked)
  const accessToken = ctx.tokens.make('ra') // §5: rotated with each change
  const next = ctx.tokens.hash('ra', accessToken) as string
  const stored = await ctx.store.registrations.replace(before.client_id, changed, { hash, next, secret: secret?.row })
  const client = stored ?? refuse('invalid_token', unknown)
  const reply = registrationReply(ctx, { client, registration, accessToken, secret: secret?.shown })
  return { ...reply, auditEvents: [done('client.change', client.client_id)] }
}

/** A client says its secret, if it says one; it cannot choose it. §2.2 */
async function checkSecret(ctx: Ctx, { secretHashes }: RegisteredClient, secret: unknown): Promise<void> {
  if (secret === undefined) return
  if (typeof secret !== 'string' || !(await ctx.tokens.matchesSecret(secret, secretHashes)))
    refuse('invalid_client_metadata', 'client_secret is not the secret of the client; it cannot be chosen')
}

async function remove(ctx: Ctx, { client, hash }: Holder): Promise<Reply> {
  if (!(await ctx.store.registrations.remove(client.client_id, hash, ctx.now()))) refuse('invalid_token', unknown)
  return { kind: 'json', status: 204, headers: { 'cache-control': 'no-store' }, auditEvents: [done('client.remove', client.client_id)] } // §2.3
}

function done(act: AuditEventType, id: string): AuditEvent {
  return { act, outcome: 'success', by: { type: 'client', id }, target: id }
}

export function registrationManagement(): Feature {
  return { id: 'registrationManagement', spec: 'RFC 7592', requires: ['dynamicRegistration'], endpoints: [endpoint] }
}
