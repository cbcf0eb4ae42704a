/** A tenant as superior of others: statements about its subordinates, resolved entities, trust marks — OpenID Federation 1.0 §8. */
import { OAuthError, refuse } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { isEntityIdentifier } from '../federation/entity-identifier.ts'
import { federationKeysOf, search, statementLifetime } from '../federation/own-federation.ts'
import { isInForce, readDelegation, readTrustMark, type TrustMark } from '../federation/trust-mark.ts'
import { stateOf, statusOfOwn } from '../federation/trust-mark-status.ts'
import { validTrustMarks } from '../federation/valid-trust-marks.ts'
import type { Params } from '../params.ts'
import type { TextReply } from '../request-reply.ts'

/** A trust mark is signed anew for those who ask for it, so that it need not outlive the key. Seconds. */
const markLifetime = 7 * 86_400
/** Identifiers that one answer lists at most. */
const mostListed = 1000

/** `address`: the IP address that asks. */
type Handler = (ctx: Ctx, params: Params, address: string) => Promise<object | TextReply>

/** A GET without authentication; who takes part in no federation has no such endpoint. §8.8 */
function endpoint(path: string, handler: Handler, method: 'GET' | 'POST' = 'GET'): Endpoint {
  return {
    path,
    methods: [method],
    audience: 'program',
    cors: 'any',
    async handle(ctx, { params, address }) {
      federationKeysOf(ctx)
      const found = await handler(ctx, params, address)
      return 'kind' in found ? found : { kind: 'json', status: 200, body: found, headers: { 'cache-control': 'no-store' } }
    },
  }
}

async function signed(ctx: Ctx, typ: string, claims: object): Promise<TextReply> {
  return { kind: 'text', status: 200, type: `application/${typ}`, text: await federationKeysOf(ctx).sign(typ, claims) }
}

function entityIn(params: Params): string {
  const sub = params.need('sub')
  return isEntityIdentifier(sub) ? sub : refuse('invalid_request', 'sub must be an entity identifier')
}

/** §8.1 */
const fetchStatement = endpoint('/federation/fetch', async (ctx, params) => {
  const sub = entityIn(params)
  if (sub === ctx.issuer) refuse('invalid_request', 'sub must be a subordinate; this issuer speaks of itself in its entity configuration') // §8.1.2
  const entity = (await ctx.store.federation.find('subordinate', sub)) ?? refuse('not_found', 'sub is no subordinate of this issuer')
  const { jwks, metadata, metadata_policy, constraints } = entity
  const now = ctx.now()
  const times = { iat: now, exp: now + statementLifetime }
  const source_endpoint = `${ctx.issuer}/federation/fetch`
  return signed(ctx, 'entity-statement+jwt', {
    iss: ctx.issuer,
    sub,
    ...times,
    source_endpoint,
    jwks,
    metadata,
    metadata_policy,
    constraints,
  })
})

/** §8.2 */
const listSubordinates = endpoint('/federation/list', async (ctx, params) => {
  const types = params.all('entity_type')
  const isWanted = (name: string) => params.get(name) === 'true'
  const markType = params.get('trust_mark_type')
  const all = await ctx.store.federation.list({ role: 'subordinate', limit: mostListed })
  const ids = all
    .filter(({ entity_types: own }) => types.every((type) => own.includes(type)))
    .filter(({ intermediate }) => intermediate || !isWanted('intermediate'))
    .map(({ entity_id: id }) => id)
  return markType !== undefined || isWanted('trust_marked') ? ctx.store.trustMarks.valid(ids, markType, ctx.now()) : ids
})

/** §8.3 */
const resolve = endpoint('/federation/resolve', async (ctx, params, address) => {
  const sub = entityIn(params)
  const asked = params.all('trust_anchor')
  const { anchors } = await ctx.store.federation.own()
  const accepted = new Map([...anchors].filter(([id]) => asked.includes(id)))
  if (accepted.size === 0) refuse('invalid_trust_anchor', 'trust_anchor is missing, or no trust anchor of this server')
  const { chain, fault } = await search(ctx, { anchors: accepted, entity: sub, address })
  if (!chain) throw new OAuthError(fault?.code ?? 'not_found', fault?.description ?? 'sub publishes no entity configuration')
  const types = params.all('entity_type')
  const metadata = Object.fromEntries(Object.entries(chain.metadata).filter(([type]) => types.length === 0 || types.includes(type)))
  const marks = await validTrustMarks(ctx, chain, address)
  return signed(ctx, 'resolve-response+jwt', {
    ...{ iss: ctx.issuer, sub, iat: ctx.now(), exp: chain.expiresAt, metadata },
    trust_chain: chain.statements.map(({ jwt }) => jwt),
    ...(marks.length > 0 ? { trust_marks: marks } : {}),
  })
})

/** §8.6 */
const trustMark = endpoint('/federation/trust-mark', async (ctx, params) => {
  const sub = entityIn(params)
  const mark = await ctx.store.trustMarks.find(params.need('trust_mark_type'), sub)
  if (!mark || stateOf(mark, ctx.now()) !== 'active') return refuse('not_found', 'sub has no such trust mark of this issuer')
  const now = ctx.now()
  const by = await delegationFor(ctx, mark.type)
  const ends = [now + markLifetime, mark.expiresAt, by?.delegation.exp]
  const exp = Math.min(...ends.filter((end) => end !== undefined))
  return signed(ctx, 'trust-mark+jwt', {
    ...{ iss: ctx.issuer, sub, trust_mark_type: mark.type, iat: now, exp, jti: mark.id },
    ...(by ? { delegation: by.jwt } : {}),
  })
})

/** That of the owner of this type, where the tenant has one. §7.2 */
async function delegationFor(ctx: Ctx, type: string): Promise<{ jwt: string; delegation: TrustMark } | undefined> {
  const { owners } = await ctx.store.federation.own()
  const held = owners
    .flatMap(({ delegations }) => delegations)
    .flatMap((jwt) => {
      const delegation = readDelegation(jwt)
      return delegation?.type === type ? [{ jwt, delegation }] : []
    })
  const usable = held.find(({ delegation }) => delegation.sub === ctx.issuer && isInForce(delegation, ctx.now()))
  if (held.length > 0 && !usable)
    refuse('not_found', 'the owner of the trust mark delegated it to another issuer, or for a time that is over; add its new delegation')
  return usable
}

/** §8.4 */
const trustMarkStatus = endpoint(
  '/federation/trust-mark-status',
  async (ctx, params) => {
    const jwt = params.need('trust_mark')
    const mark = readTrustMark(jwt)
    const status = mark && (await statusOfOwn(ctx, mark, jwt))
    if (!status) return refuse('not_found', 'trust_mark is none that this issuer knows')
    return signed(ctx, 'trust-mark-status-response+jwt', { iss: ctx.issuer, iat: ctx.now(), trust_mark: jwt, status })
  },
  'POST',
)

/** §8.5 */
const trustMarkList = endpoint('/federation/trust-mark-list', async (ctx, params) => {
  const type = params.need('trust_mark_type')
  const marks = await ctx.store.trustMarks.list({ type, subject: params.get('sub'), limit: mostListed })
  return marks.filter((mark) => stateOf(mark, ctx.now()) === 'active').map(({ subject }) => subject)
})

export function federationSuperior(): Feature {
  return {
    id: 'federationSuperior',
    spec: 'OpenID Federation 1.0 §8',
    requires: ['federation'],
    mayRepeat: ['entity_type', 'trust_anchor'],
    endpoints: [fetchStatement, listSubordinates, resolve, trustMark, trustMarkStatus, trustMarkList],
  }
}
