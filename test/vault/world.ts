/** Nodes of the vault on one database that crash, before a provider that rotates, fails, delays, resets, and answers nonsense: every choice is drawn from one seed. */
import type { Remote } from '../../src/protocol/remote.ts'
import { RemoteError } from '../../src/protocol/remote-error.ts'
import type { VaultDeps } from '../../src/vault/deps.ts'
import { NOW, type TenantStore } from '../stored.ts'
import { aProvider, vaultNode } from './node.ts'

/** A used refresh token is refused, and its family ends; or it works once more, for a crash; or it is never rotated. */
export type Rotation = 'strict' | 'grace' | 'none'

/** What the provider does wrong, before it has done anything or after, and where a node dies. */
export const faultNames = [
  'unavailable before',
  'reset before',
  'nonsense before',
  'answer lost',
  'unavailable after',
  'reset after',
  'nonsense after',
  'crash after the lease',
  'crash before the commit',
  'crash after the commit',
] as const
type Fault = (typeof faultNames)[number]

export interface World {
  nodes: readonly VaultDeps[]
  now(): number
  advance(seconds: number): void
  /** At most so many refreshes of one owner were under way at one time. */
  mostAtOnce(): number
  /** An answer or a commit was lost, so a strict provider may have ended the family of these owners. */
  wounded: ReadonlySet<string>
  /** A refresh token of this owner, newly issued. */
  issue(owner: string): string
  ownerOf(accessToken: string): string | undefined
  requests(): number
  /** Entries whose loss the audit log has, once for each event. */
  losses: readonly string[]
  /** How often each happened. */
  faults: Readonly<Record<Fault, number>>
}

interface Family {
  owner: string
  current: string
  previous: string | undefined
  over: boolean
}

/** In all, the provider delays its answers by so much at most until the clock is moved: less than a lease lasts. */
const longestDelays = 40

type Answer = { status: number; headers: Record<string, string>; body: string }
const json = (status: number, value: object): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})
const nonsense: readonly Answer[] = [
  { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
  { status: 200, headers: { 'content-type': 'application/json' }, body: '{"access_token":"at-' },
  json(200, {}),
  json(200, { access_token: 'somebody’s', token_type: 'strange' }),
  json(200, { access_token: 7, token_type: 'Bearer' }),
  { status: 204, headers: {}, body: '' },
  { status: 302, headers: { location: 'https://elsewhere.example/' }, body: '' },
  json(418, { error: 'teapot' }),
]

/** `chance`: seeded, from 0 to 1. `faults`: how likely each of them is. */
export function vaultWorld(
  store: TenantStore,
  chance: () => number,
  { rotation, faults, nodes }: { rotation: Rotation; faults: number; nodes: number },
): World {
  let [time, count, most, requests, delays] = [NOW, 0, 0, 0, 0]
  const families: Family[] = []
  const access = new Map<string, string>()
  /** Owners of refresh tokens, of spent ones too. */
  const issued = new Map<string, string>()
  const underWay = new Map<string, number>()
  const wounded = new Set<string>()
  const losses: string[] = []
  const happened = Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<Fault, number>
  const issue = (owner: string) => {
    const family = { owner, current: `rt-${++count}`, previous: undefined, over: false }
    families.push(family)
    issued.set(family.current, owner)
    return family.current
  }
  /** Whether it happens now. */
  const strikes = (fault: Fault, probability = faults / 3) => {
    if (chance() >= probability) return false
    happened[fault]++
    return true
  }

  /** Others go on meanwhile, a random number of turns, and now and then for seconds. */
  async function turns(): Promise<void> {
    const delay = chance() < faults ? Math.min(Math.floor(chance() * 9), longestDelays - delays) : 0
    delays += delay
    time += delay
    for (let n = Math.floor(chance() * 6); n > 0; n--) await new Promise((resolve) => setImmediate(resolve))
  }

  async function answer(body: string): Promise<Answer> {
    requests++
    const token = new URLSearchParams(body).get('refresh_token') ?? ''
    const owner = issued.get(token) ?? 'nobody'
    underWay.set(owner, (underWay.get(owner) ?? 0) + 1)
    most = Math.max(most, underWay.get(owner) as number)
    try {
      await turns()
      return wrong('before') ?? (await refreshed(owner, token))
    } finally {
      underWay.set(owner, (underWay.get(owner) as number) - 1)
    }
  }

  function wrong(when: 'before' | 'after'): Answer | undefined {
    if (strikes(`unavailable ${when}`)) return json([500, 502, 503, 429][Math.floor(chance() * 4)] as number, {})
    if (strikes(`reset ${when}`)) throw new RemoteError('unreachable', 'the connection was reset')
    return strikes(`nonsense ${when}`) ? nonsense[Math.floor(chance() * nonsense.length)] : undefined
  }

  async function refreshed(owner: string, token: string): Promise<Answer> {
    const family = families.find(({ current, previous }) => current === token || previous === token)
    if (!family || family.over) return json(400, { error: 'invalid_grant' })
    if (family.current !== token && rotation === 'strict') {
      family.over = true
      return json(400, { error: 'invalid_grant' })
    }
    if (rotation !== 'none' && family.current === token) {
      family.previous = token
      family.current = `rt-${++count}`
      issued.set(family.current, owner)
    }
    const accessToken = `at-${++count}`
    access.set(accessToken, owner)
    const wasWounded = wounded.has(owner)
    wounded.add(owner) // unless the answer arrives
    await turns()
    if (strikes('answer lost')) throw new RemoteError('timeout', 'the answer was lost')
    const bad = wrong('after')
    if (bad) return bad
    if (!wasWounded) wounded.delete(owner)
    return json(200, { access_token: accessToken, token_type: 'Bearer', expires_in: 60, refresh_token: family.current })
  }

  const remote: Remote = { request: ({ body = '' }) => answer(body) }
  const now = () => time
  return {
    nodes: Array.from({ length: nodes }, () => nodeOf({ store, remote, now, chance, strikes, faults, turns, wounded, losses })),
    now,
    advance(seconds) {
      time += seconds
      delays = 0
    },
    mostAtOnce: () => most,
    wounded,
    issue,
    ownerOf: (token) => access.get(token),
    requests: () => requests,
    losses,
    faults: happened,
  }
}

export class Crash extends Error {}

/** Now and then it dies: with a lease, or around the commit of what the provider answered. */
function nodeOf(world: {
  store: TenantStore
  remote: Remote
  now(): number
  chance(): number
  strikes(fault: Fault, probability: number): boolean
  faults: number
  turns(): Promise<void>
  wounded: Set<string>
  losses: string[]
}): VaultDeps {
  const { store, remote, now, chance, strikes, faults, turns, wounded, losses } = world
  const connection = { ...aProvider(), sealedSecret: undefined }
  const lease: TenantStore['vault']['lease'] = async (ask) => {
    const number = await store.vault.lease(ask)
    if (number !== undefined && strikes('crash after the lease', faults / 4)) throw new Crash('after the lease')
    return number
  }
  const renew: TenantStore['vault']['renew'] = async (renewal) => {
    await turns()
    if (strikes('crash before the commit', faults / 2)) {
      const entry = await store.vault.find(renewal.id)
      if (entry) wounded.add(entry.owner.id)
      throw new Crash('before the commit')
    }
    const stored = await store.vault.renew(renewal)
    if (strikes('crash after the commit', faults / 2)) throw new Crash('after the commit')
    return stored
  }
  let ids = 0
  return {
    ...vaultNode({ store, connections: { ...store.connections, find: async () => connection }, remote, now, chance }),
    store: { vault: { ...store.vault, lease, renew } },
    uuid: () => `entry-${++ids}-${Math.floor(chance() * 1e9)}`,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    recordAudit: async (events) => void losses.push(...events.filter(({ act }) => act === 'vault.lost').map(({ target = '' }) => target)),
  }
}
