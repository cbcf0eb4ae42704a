/** One order of callers, nodes, crashes and faults of a provider, drawn from a seed, and what must be true after it. */
import assert from 'node:assert/strict'
import { UpstreamError } from '../../src/connections/upstream-error.ts'
import { Unavailable } from '../../src/protocol/errors.ts'
import { keepTokens } from '../../src/vault/keep.ts'
import { accessTokenOf } from '../../src/vault/vend.ts'
import { ConsentNeeded } from '../../src/vault/vended.ts'
import type { TenantStore } from '../stored.ts'
import { Crash, type Rotation, vaultWorld, type World } from './world.ts'

/** mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What happened in an order. */
export interface Played {
  callers: number
  requests: number
  /** Entries that a strict provider had ended after it lost an answer, or we a commit. */
  lost: number
  faults: World['faults']
}

/** An entry of this owner, kept by the first node. */
export async function keptEntry({ nodes: [node], issue }: World, owner: string): Promise<string> {
  const connection = await node!.connections.store.connections.find('provider')
  const unknown = { accessToken: undefined, expiresAt: undefined, refreshExpiresAt: undefined, scope: '', session: undefined }
  const kept = await keepTokens(node!, {
    connection: connection!,
    owner: { type: 'upstream', id: owner },
    kind: 'offline',
    tokens: { ...unknown, refreshToken: issue(owner) },
    person: undefined,
    scope: '',
    session: undefined,
  })
  assert.ok(kept !== 'refused')
  return kept.entry.id
}

/** Rejects when something is not as it must be. */
export async function playOrder(store: TenantStore, seed: number): Promise<Played> {
  const chance = seeded(seed)
  const rotation = (['strict', 'grace', 'none'] as const)[Math.floor(chance() * 3)] as Rotation
  const faults = chance() < 0.2 ? 0 : chance() * 0.4
  const world = vaultWorld(store, chance, { rotation, faults, nodes: 1 + Math.floor(chance() * 3) })
  const entries: { id: string; owner: string }[] = []
  for (const n of [1, 2]) {
    const owner = `owner ${seed} ${n}`
    entries.push({ id: await keptEntry(world, owner), owner })
  }
  let callers = 0
  for (let wave = 0; wave < 3; wave++) {
    const all = Array.from({ length: 2 + Math.floor(chance() * 5) }, async () => {
      const node = world.nodes[Math.floor(chance() * world.nodes.length)]!
      const { id, owner } = entries[Math.floor(chance() * entries.length)]!
      await outcomeOf(world, node, { id, owner, seed })
    })
    callers += all.length
    await Promise.all(all)
    world.advance(1 + Math.floor(chance() * 400))
  }
  assert.ok(world.mostAtOnce() <= 1, `seed ${seed}: ${world.mostAtOnce()} refreshes of one entry at once`)
  let lost = 0
  for (const { id, owner } of entries) {
    const isLost = (await store.vault.find(id))?.state === 'consent-needed'
    const isOver = isLost || (await comesBack(world, { id, owner, seed })) === 'consent'
    if (isOver)
      assert.ok(rotation === 'strict' && world.wounded.has(owner), `seed ${seed}: an entry was lost that could be kept (${rotation})`)
    assert.equal(world.losses.filter((lost) => lost === id).length, isOver ? 1 : 0, `seed ${seed}: a loss is told once`)
    if (isOver) lost++
  }
  return { callers, requests: world.requests(), lost, faults: world.faults }
}

interface Asked {
  id: string
  owner: string
  seed: number
}

async function outcomeOf(world: World, node: World['nodes'][number], { id, owner, seed }: Asked): Promise<'token' | 'consent' | 'later'> {
  try {
    const token = await accessTokenOf(node, id, 10)
    assert.equal(world.ownerOf(token?.accessToken as string), owner, `seed ${seed}: a token of another owner`)
    return 'token'
  } catch (error) {
    if (error instanceof ConsentNeeded) return 'consent'
    if (error instanceof Unavailable || error instanceof Crash || (error instanceof UpstreamError && error.failure === 'answer'))
      return 'later'
    throw error
  }
}

/** Whatever happened: once the provider works and leases have run out. */
async function comesBack(world: World, asked: Asked): Promise<'token' | 'consent'> {
  for (let attempt = 0; attempt < 60; attempt++) {
    world.advance(1000)
    const outcome = await outcomeOf(world, world.nodes[0]!, asked)
    if (outcome !== 'later') return outcome
  }
  throw new Error(`seed ${asked.seed}: it never came back`)
}
