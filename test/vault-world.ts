/** Nodes of the vault on one database, before a provider that loses answers, fails and rotates: every choice is drawn from one seed. */
import { connectionSchema } from '../src/connections/connection.ts'
import type { PendingDeps } from '../src/connections/pending.ts'
import { sealer } from '../src/crypto/seal.ts'
import { sealedTexts } from '../src/crypto/sealed-texts.ts'
import { random } from '../src/platform.ts'
import type { Remote } from '../src/protocol/remote.ts'
import { RemoteError } from '../src/protocol/remote-error.ts'
import { backOff } from '../src/vault/back-off.ts'
import type { VaultDeps } from '../src/vault/deps.ts'
import { NOW, type TenantStore } from './stored.ts'

/** A used refresh token is refused, and its family ends; or it works once more, for a crash; or it is never rotated. */
export type Rotation = 'strict' | 'grace' | 'none'

export interface World {
  nodes: readonly VaultDeps[]
  now(): number
  advance(seconds: number): void
  /** At most so many refreshes of one owner were under way at one time. */
  mostAtOnce(): number
  /** An answer or a commit was lost, so a strict provider may have ended the family of these owners. */
  wounded: ReadonlySet<string>
  isAlive(owner: string): boolean
  /** A refresh token of this owner, newly issued. */
  issue(owner: string): string
  ownerOf(accessToken: string): string | undefined
  requests(): number
}

interface Family {
  owner: string
  current: string
  previous: string | undefined
  over: boolean
}

/** `chance`: seeded, from 0 to 1. `faults`: how likely each of them is. */
export function vaultWorld(
  store: TenantStore,
  chance: () => number,
  { rotation, faults, nodes }: { rotation: Rotation; faults: number; nodes: number },
): World {
  let time = NOW
  let count = 0
  let most = 0
  let requests = 0
  const families: Family[] = []
  const access = new Map<string, string>()
  /** Owners of refresh tokens, of spent ones too. */
  const issued = new Map<string, string>()
  const underWay = new Map<string, number>()
  const wounded = new Set<string>()
  const now = () => time
  const issue = (owner: string) => {
    const family = { owner, current: `rt-${++count}`, previous: undefined, over: false }
    families.push(family)
    issued.set(family.current, owner)
    return family.current
  }

  /** Other callers go on meanwhile, a random number of turns. */
  async function turns(): Promise<void> {
    for (let n = Math.floor(chance() * 6); n > 0; n--) await new Promise((resolve) => setImmediate(resolve))
  }

  async function answer(body: string): Promise<{ status: number; headers: Record<string, string>; body: string }> {
    const json = (status: number, value: object) => ({
      status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value),
    })
    requests++
    const token = new URLSearchParams(body).get('refresh_token') ?? ''
    const owner = issued.get(token) ?? 'nobody'
    const family = families.find(({ current, previous }) => current === token || previous === token)
    underWay.set(owner, (underWay.get(owner) ?? 0) + 1)
    most = Math.max(most, underWay.get(owner) as number)
    try {
      await turns()
      if (chance() < faults) return json(503, {}) // before anything was done
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
      await turns()
      if (chance() < faults) {
        wounded.add(owner)
        throw new RemoteError('timeout', 'the answer was lost')
      }
      return json(200, { access_token: accessToken, token_type: 'Bearer', expires_in: 60, refresh_token: family.current })
    } finally {
      underWay.set(owner, (underWay.get(owner) as number) - 1)
    }
  }

  const remote: Remote = { request: ({ body = '' }) => answer(body) }
  const made = Array.from({ length: nodes }, () => nodeOf({ store, remote, now, chance, faults, turns, wounded }))
  return {
    nodes: made,
    now,
    advance: (seconds) => {
      time += seconds
    },
    mostAtOnce: () => most,
    wounded,
    isAlive: (owner) => families.some((family) => family.owner === owner && !family.over),
    issue,
    ownerOf: (token) => access.get(token),
    requests: () => requests,
  }
}

const key = random(32)

export class Crash extends Error {}

/** Now and then it dies between the answer of the provider and its commit. */
function nodeOf(world: {
  store: TenantStore
  remote: Remote
  now(): number
  chance(): number
  faults: number
  turns(): Promise<void>
  wounded: Set<string>
}): VaultDeps {
  const { store, remote, now, chance, faults, turns, wounded } = world
  const seals = sealedTexts({ sealer: sealer([key], random), purpose: 'vault', tenantId: 'a', reseal: async () => {} })
  const connection = {
    ...connectionSchema.parse({
      name: 'provider',
      preset: 'oauth2',
      client_id: 'gatehouse',
      token_endpoint_auth_method: 'none',
      authorization_endpoint: 'https://provider.example/authorize',
      token_endpoint: 'https://provider.example/token',
      vault: { enabled: true },
    }),
    sealedSecret: undefined,
  }
  const connections: PendingDeps = {
    store: { connections: { ...store.connections, find: async () => connection } },
    requests: store,
    states: { make: () => 'state', hash: () => undefined, derive: () => 'x' },
    secrets: seals,
    appleSecret: () => '',
    remote,
    keys: { algs: [], sign: async () => '' },
    issuer: 'https://id.example',
    now,
    clockSkew: () => 0,
    id: () => 'id',
    cache: new Map(),
  }
  const renew: TenantStore['vault']['renew'] = async (renewal) => {
    await turns()
    if (chance() < faults / 2) {
      const entry = await store.vault.find(renewal.id)
      if (entry) wounded.add(entry.owner.id)
      throw new Crash('before the commit')
    }
    const stored = await store.vault.renew(renewal)
    if (chance() < faults / 2) throw new Crash('after the commit')
    return stored
  }
  let ids = 0
  return {
    store: { vault: { ...store.vault, renew } },
    connections,
    seals,
    now,
    uuid: () => `entry-${++ids}-${Math.floor(chance() * 1e9)}`,
    chance,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    backOff: backOff({ now, chance }),
    underWay: new Map(),
    warn: () => {},
    recordAudit: async () => {},
  }
}
