/** Clients whose identifier is the URL of their metadata — draft-ietf-oauth-client-id-metadata-document-02. */
import { metadataOf } from '../change-client.ts'
import { type Client, type ClientMetadata, clientSchema, type NamedClient } from '../client.ts'
import { isAtHost, isDocumentUrl } from '../client-document.ts'
import { OAuthError, refuse, TooMany } from '../errors.ts'
import type { Ctx, Feature } from '../feature.ts'
import { countFlow } from '../flow.ts'
import { clientOfDocument, type Registering } from '../registration.ts'
import type { RegisteredClient } from '../registry.ts'
import { quarantine } from '../self-registered.ts'
import { withStatement } from '../software-statement.ts'

/** That a document was read is noted at most once in so many seconds. */
const noteEvery = 86_400
/** Seconds after that note for which a client is still served while its host does not answer. */
const servedUnread = 172_800

/** Documents that the store has as they are, for each tenant: by its settings, which stay the same object until they change. */
const kept = new WeakMap<Ctx['tenant'], WeakSet<object>>()

async function findClient(ctx: Ctx, named: NamedClient): Promise<Client | undefined> {
  const { clientId, refusal } = named
  if (!isAtHost(ctx.tenant.clientIdHosts, clientId)) return undefined
  const stored = await ctx.store.registrations.known(clientId)
  const registeredOtherwise = stored && stored.documentReadAt === undefined // §7.2
  if (registeredOtherwise || stored?.status === 'disabled') return undefined
  if (!isDocumentUrl(clientId)) refuse(refusal, 'client_id must be an https URL with a path, without user name, fragment and dot segments') // §3
  if (!stored) await countFlow(ctx, named.address) // an unknown document is fetched for anybody
  const document = await ctx.clientDocuments.at(clientId)
  if ('members' in document) await keep(ctx, named, document.members, stored)
  else if (document.answered || !stored || (stored.documentReadAt ?? 0) + servedUnread < ctx.now())
    refuse(refusal, 'client_id does not lead to a JSON document of at most 5120 bytes; publish it there with status 200', document.why) // §5.1
  return ctx.store.clients.find(clientId)
}

/** Stores the client as its document describes it now, unless it is stored so. */
async function keep(
  ctx: Ctx,
  named: NamedClient,
  members: Readonly<Record<string, unknown>>,
  stored: RegisteredClient | undefined,
): Promise<void> {
  const now = ctx.now()
  const known = kept.get(ctx.tenant) ?? new WeakSet()
  const isCurrent = stored && (stored.expiresAt ?? 0) > now && (stored.documentReadAt ?? 0) > now - noteEvery
  if (isCurrent && known.has(members)) return
  const before = stored && metadataOf(stored)
  const describe = await describedBy(ctx, named, members, before)
  if (!isCurrent || !before || !isSame(describe(before), before)) {
    if (!stored) await countRegistration(ctx, named.address)
    await ctx.store.registrations.describe({ clientId: named.clientId, describe, at: now, expiresAt: now + quarantine })
  }
  kept.set(ctx.tenant, known.add(members))
}

async function describedBy(
  ctx: Ctx,
  { clientId, refusal }: NamedClient,
  members: Readonly<Record<string, unknown>>,
  before: ClientMetadata | undefined,
): Promise<Registering> {
  if (members['client_id'] !== clientId) refuse(refusal, 'the document at client_id must have the same client_id, in every character') // §4
  const stated = await withStatement(ctx, members, undefined).catch(toldAs(refusal)) // §4.3
  if (['client_secret', 'client_secret_expires_at'].some((name) => name in stated))
    refuse(refusal, 'the document at client_id must have no client_secret; everyone can read it') // §4.1
  const method = authMethodOf(stated)
  if (method === undefined) refuse(refusal, 'the document at client_id must have the token_endpoint_auth_method none or private_key_jwt') // §4.1
  return clientOfDocument(ctx, { ...stated, token_endpoint_auth_method: method }, clientId, before).catch(toldAs(refusal))
}

const usable = ['private_key_jwt', 'none']

/**
 * How the client authenticates; undefined where it cannot here. One that lists what it can do has no default. The strictest of the list counts, unless
 * the document names one itself. OpenID Connect Relying Party Metadata Choices 1.0 §2
 */
function authMethodOf({
  token_endpoint_auth_method: named,
  token_endpoint_auth_methods_supported: list = [named ?? 'none'],
}: Readonly<Record<string, unknown>>): string | undefined {
  if (!Array.isArray(list) || (named !== undefined && !list.includes(named))) return undefined
  if (list.some((one) => typeof one !== 'string' || one.startsWith('client_secret_'))) return undefined
  return usable.find((one) => (named === undefined ? list.includes(one) : one === named))
}

/** A problem of the document is told as one of the identifier that leads to it. */
function toldAs(refusal: NamedClient['refusal']): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof OAuthError)) throw error
    throw new OAuthError(refusal, `the document at client_id: ${error.description}`, error.why, error)
  }
}

async function countRegistration(ctx: Ctx, address: string): Promise<void> {
  const wait = await ctx.people.countRegistration(address, ctx.now())
  if (wait !== undefined) throw new TooMany('too many clients by documents from one address', wait)
}

function isSame(one: ClientMetadata, other: ClientMetadata): boolean {
  const members = Object.keys(clientSchema.shape) as (keyof ClientMetadata)[]
  return members.every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]))
}

export function clientIdMetadataDocuments(): Feature {
  return {
    id: 'clientIdMetadataDocuments',
    spec: 'draft-ietf-oauth-client-id-metadata-document-02',
    requires: ['token'],
    findClient,
    metadata: ({ tenant }) => (tenant.clientIdHosts.length > 0 ? { client_id_metadata_document_supported: true } : {}), // §6
  }
}
