/** Which of the issued credentials are suspended or revoked, as signed lists — Token Status List (draft-ietf-oauth-status-list) §4, §5.1, §8.1. */
import { compressedStatuses, statusBits } from '../codec/status-list.ts'
import { type CredentialKey, credentialStatuses } from '../credentials.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { statusListPath, statusListUri } from '../status-reference.ts'

/** Seconds for which verifiers need not ask again, so that a revocation takes effect after that time at most. §5.1 */
const timeToLive = 300
/** Seconds for which a list is good where it cannot be fetched anew, and how long one is handed out before it is signed again. §13.7 */
const listLifetime = 43_200
const signedAnew = 3600
/** Lists that a tenant keeps ready. */
const mostLists = 50

interface Signed {
  version: number
  /** Of the key: one that was revoked is not published any more. */
  kid: string
  signedAt: number
  text: string
}

/** Signed lists by number, of each tenant as it is configured now: by its settings, which stay the same object until they change. */
const kept = new WeakMap<Ctx['tenant'], Map<number, Signed>>()

async function signedList(ctx: Ctx, list: number, key: CredentialKey): Promise<string | undefined> {
  const version = await ctx.store.statusLists.version(list)
  const kid = await key.kid()
  const ready = kept.get(ctx.tenant) ?? new Map<number, Signed>()
  kept.set(ctx.tenant, ready)
  const known = ready.get(list)
  const now = ctx.now()
  if (known && known.version === version && known.kid === kid && now - known.signedAt < signedAnew) return known.text
  const found = version === undefined ? undefined : await ctx.store.statusLists.read(list)
  if (!found) return undefined
  const values = found.statuses.map(({ index, status }) => ({ index, value: credentialStatuses.indexOf(status) }))
  const text = await key.sign('statuslist+jwt', {
    sub: statusListUri(ctx.issuer, list),
    iat: now,
    exp: now + listLifetime,
    ttl: timeToLive,
    status_list: { bits: statusBits, lst: compressedStatuses(values) },
  })
  ready.set(list, { version: found.version, kid, signedAt: now, text })
  if (ready.size > mostLists) ready.delete(ready.keys().next().value as number)
  return text
}

/** It is there as long as anything was issued, whatever is offered now. */
const endpoint: Endpoint = {
  path: statusListPath,
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  async handle(ctx, _request, { path }) {
    const number = /^[1-9]\d{0,8}$/.test(path['id'] ?? '') ? Number(path['id']) : 0
    const key = ctx.keys.credentials
    const text = key && number > 0 ? await signedList(ctx, number, key) : undefined
    return {
      kind: 'text',
      status: 200,
      type: 'application/statuslist+jwt', // §8.2
      text: text ?? refuse('not_found', 'there is no such status list here'),
      headers: { 'cache-control': `public, max-age=${timeToLive}` },
    }
  },
}

export function tokenStatusList(): Feature {
  return { id: 'tokenStatusList', spec: 'draft-ietf-oauth-status-list §8.1', endpoints: [endpoint] }
}
