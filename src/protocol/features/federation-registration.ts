/** Relying parties of a federation as clients, without anybody having registered them — OpenID Federation 1.0 §12. */
import type { AuditEvent } from '../audit-events.ts'
import type { Client, NamedClient } from '../client.ts'
import { isAtHost } from '../client-document.ts'
import { sha256 } from '../codec/digest.ts'
import { readJson } from '../codec/json.ts'
import { parseJws, parseObject } from '../codec/jws.ts'
import { OAuthError, refuse, TooMany } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import type { Discovery } from '../federation/discovery.ts'
import { isEntityIdentifier } from '../federation/entity-identifier.ts'
import { type EntityStatement, readConfiguration, readRegistrationRequest } from '../federation/entity-statement.ts'
import { chainGiven, federationKeysOf, registersAutomatically, search, searchedBy, trustChainsOf } from '../federation/own-federation.ts'
import { automaticClient, explicitClient, registerByChain } from '../federation/relying-party.ts'
import type { TrustChain } from '../federation/trust-chain.ts'
import { countFlow } from '../flow.ts'
import { toldMetadata } from '../registration.ts'
import { newSecretFor } from '../registration-reply.ts'
import { maxObject } from '../request-object.ts'

const maxClientId = 255

/** A client that is not stored, or whose trust chain has expired. §12.1 */
async function findClient(ctx: Ctx, { clientId, address, requestObject }: NamedClient): Promise<Client | undefined> {
  const isCandidate = isEntityIdentifier(clientId) && clientId.length <= maxClientId && clientId !== ctx.issuer
  if (!ctx.federationKeys || !registersAutomatically(ctx.server) || !isCandidate || isAtHost(ctx.tenant.clientIdHosts, clientId))
    return undefined
  const stored = await ctx.store.registrations.known(clientId)
  const isLapsed = stored?.trustedUntil !== undefined && stored.trustedUntil <= ctx.now()
  if (stored && (!isLapsed || stored.status === 'disabled')) return undefined
  const { anchors } = await ctx.store.federation.own()
  if (anchors.size === 0) return undefined
  const given = await chainGiven(ctx, { entity: clientId, statements: chainIn(requestObject) })
  if (given && !stored) await countFlow(ctx, address) // an unknown entity is registered for anybody
  const chain = given ?? chainOf(await search(ctx, { anchors, entity: clientId, address }))
  return chain && registerByChain(ctx, chain, await automaticClient(ctx, chain, stored))
}

/** The trust chain that a request object brings, which is read before anything of it is verified: the chain proves itself. §4.3, §12.1.1.1 */
function chainIn(requestObject: string | undefined): readonly unknown[] {
  const jws = requestObject === undefined ? undefined : parseJws(requestObject, maxObject, maxObject)
  const chain = jws && (jws.header['trust_chain'] ?? parseObject(jws.payload)?.['trust_chain'])
  return Array.isArray(chain) ? chain : []
}

/** undefined: nothing there is an entity. Refuses an entity that is not trusted, with what is wrong. */
function chainOf({ chain, isEntity, fault, deadEnds }: Discovery): TrustChain | undefined {
  if (chain || !isEntity || !fault) return chain
  throw new OAuthError(fault.code, fault.description, deadEnds.map(({ problem }) => problem).join('; '))
}

const register: Endpoint = {
  path: '/federation/register',
  methods: ['POST'],
  audience: 'program',
  body: 'entity statement',
  async handle(ctx, request, { jwt }) {
    const keys = federationKeysOf(ctx)
    const now = ctx.now()
    const wait = await ctx.people.countRegistration(request.address, now)
    if (wait !== undefined) throw new TooMany('too many registrations from one address', wait)
    const { configuration, statements } = readRegistration(ctx, request.headers['content-type'], jwt)
    const chain = await chainOfRegistration(ctx, { configuration, statements, address: request.address })
    await checkPeerChain(ctx, configuration, chain)
    const known = await ctx.store.registrations.known(chain.subject)
    const client = await explicitClient(ctx, chain, known)
    // Who repeats what another sent would be told a secret. The signature is left out: of one text there can be several.
    if (!(await ctx.store.usedOnce.first('federation-registration', sha256(configuration.jws.input), configuration.exp)))
      refuse('invalid_request', 'this entity configuration was sent before; sign another one for each registration')
    const secret = newSecretFor(ctx, client(known))
    const registered = await registerByChain(ctx, chain, client, secret?.row)
    const { iss, sub } = { iss: ctx.issuer, sub: chain.subject }
    const told = {
      client_id: sub,
      ...(secret ? { client_secret: secret.shown, client_secret_expires_at: 0 } : {}),
      ...toldMetadata(registered),
    }
    const text = await keys.sign('explicit-registration-response+jwt', {
      ...{ iss, sub, aud: sub, iat: now, exp: registered.trustedUntil, jwks: configuration.claims['jwks'] },
      ...{ trust_anchor: chain.anchor, authority_hints: [chain.statements[1]?.iss ?? chain.anchor] },
      metadata: { openid_relying_party: told },
    }) // §12.2.3
    const made: AuditEvent = { act: 'client.create', outcome: 'success', target: sub, detail: { token: 'federation' } }
    const type = 'application/explicit-registration-response+jwt'
    return { kind: 'text', status: 200, type, text, headers: { 'cache-control': 'no-store' }, auditEvents: [made] }
  },
}

/** The configuration that the relying party made for this server, and its trust chain, in its header or around it. §12.2.1, §12.2.2 */
function readRegistration(
  ctx: Ctx,
  type: string | string[] | undefined,
  sent: string | undefined,
): { configuration: EntityStatement; statements: readonly unknown[] } {
  if (sent === undefined)
    return refuse(
      'invalid_request',
      'send an entity configuration as application/entity-statement+jwt, or a trust chain as application/trust-chain+json',
    )
  const around = String(type).toLowerCase().startsWith('application/trust-chain+json') ? listIn(sent) : undefined
  const configuration = around ? readConfiguration(around[0], ctx.now()) : readRegistrationRequest(sent.trim(), ctx.now())
  if ([configuration.claims['aud']].flat().join(' ') !== ctx.issuer)
    refuse('invalid_request', 'aud of the entity configuration must be this issuer alone')
  const within = configuration.jws.header['trust_chain']
  return { configuration, statements: around ?? (Array.isArray(within) ? within : []) }
}

function listIn(text: string): readonly unknown[] {
  const read = readJson(text)
  return 'value' in read && Array.isArray(read.value)
    ? read.value
    : refuse('invalid_request', 'a trust chain must be a JSON array of entity statements')
}

/** With the configuration that was made for this server, whatever the entity publishes. A chain that is not valid is looked for again. §12.2.2 */
async function chainOfRegistration(
  ctx: Ctx,
  { configuration, statements, address }: { configuration: EntityStatement; statements: readonly unknown[]; address: string },
): Promise<TrustChain> {
  const { anchors } = await ctx.store.federation.own()
  const given = await chainGiven(ctx, { entity: configuration.sub, statements, configuration })
  const found = given ?? chainOf(await trustChainsOf(ctx).withConfiguration(anchors, configuration, searchedBy(ctx, address)))
  return found ?? refuse('invalid_trust_anchor', 'no superior of the entity leads to a trust anchor of this server')
}

/** What the relying party takes for the chain of this server must end at the same anchor. §12.2.2 */
async function checkPeerChain(ctx: Ctx, { jws }: EntityStatement, { anchor }: TrustChain): Promise<void> {
  const sent = jws.header['peer_trust_chain']
  if (sent === undefined) return
  const peer = Array.isArray(sent) ? await chainGiven(ctx, { entity: ctx.issuer, statements: sent }) : undefined
  if (peer?.anchor !== anchor)
    refuse('invalid_trust_chain', 'peer_trust_chain must be a trust chain of this issuer to the trust anchor of the registration')
}

export function federationRegistration(): Feature {
  return {
    id: 'federationRegistration',
    spec: 'OpenID Federation 1.0 §12',
    requires: ['federation'],
    endpoints: [register],
    findClient,
  }
}
