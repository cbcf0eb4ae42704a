/** What becomes of a message with each attempt: delivered, tried again later, or lost and recorded. */
import assert from 'node:assert/strict'
import { aMessage, NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import type { MessageKind, OutboxMessage, QueuedMessage } from '../identity/outbox.ts'
import type { AuditEvent } from '../protocol/audit-events.ts'
import { outboxQueue } from '../store/outbox.ts'
import type { Db } from '../store/sql.ts'
import { type Channel, type Failure, outboxDelivery, sealedContent } from './delivery.ts'

interface Content {
  to: string
}

const message = (id: string, more: Partial<OutboxMessage> = {}): OutboxMessage =>
  aMessage({ ...{ id, kind: 'webhook', sealed: `for ${id}`, attempts: 0, lease: '', nextAt: NOW, expiresAt: NOW + 100_000 }, ...more })
const queued = (one: OutboxMessage): QueuedMessage => ({ ...one, tenant: 'a' })

/** A channel whose receivers a test makes fail. */
function stage({ a, db }: { a: TenantStore; db: Db }, chance = 1) {
  const clock = { now: NOW }
  const failures = new Map<string, Failure>()
  const [sent, audited, logged]: [string[], [string, AuditEvent][], unknown[][]] = [[], [], []]
  let [atOnce, most, ids] = [0, 0, 0]
  const channel: Channel<Content> = {
    name: 'letter',
    read: ({ sealed }) => (sealed === 'unreadable' ? { failure: { reason: 'no key' } } : { content: { to: sealed.replace('for ', '') } }),
    receiver: ({ to }) => (to.startsWith('nobody') ? undefined : (to.split(' ')[0] as string)),
    async send({ to }) {
      sent.push(to)
      most = Math.max(most, ++atOnce)
      await new Promise((resolve) => setImmediate(resolve))
      atOnce--
      if (to === 'fault') throw new RangeError('a fault')
      return failures.get(to.split(' ')[0] as string)
    },
    loss: ({ id }, content) => ({ act: 'webhook.lost', target: id, detail: { ...(content && { to: content.to }) } }),
    about: ({ to }) => ({ to }),
  }
  const delivery = outboxDelivery({
    queue: outboxQueue(db),
    channels: { webhook: channel } as unknown as Readonly<Record<MessageKind, Channel<Content>>>,
    id: () => `id${++ids}`,
    now: () => clock.now,
    chance: () => chance,
    log: { warn: (...what) => logged.push(['warn', ...what]), error: (...what) => logged.push(['error', ...what]) },
    recordAudit: async (tenant, events) => void audited.push(...events.map((event): [string, AuditEvent] => [tenant, event])),
  })
  const left = async () => {
    const rows = await outboxQueue(db).claim({ lease: 'test', now: Number.MAX_SAFE_INTEGER, until: 0, limit: 99 })
    return rows.map(({ id }) => id).toSorted()
  }
  const add = async (...all: OutboxMessage[]) => {
    for (const one of all) await a.outbox.add(one)
  }
  return { delivery, clock, failures, sent, audited, logged, left, add, most: () => most }
}

onEachEngine('a message is leased to this process while it is stored', async (stores) => {
  const { delivery } = stage(stores)
  const leased = delivery.leased(60)
  assert.deepEqual(leased, { id: 'id1', attempts: 1, lease: 'id2', nextAt: NOW + 300, expiresAt: NOW + 60 })
})

onEachEngine('what is delivered is gone', async (stores) => {
  const { delivery, add, left, sent, audited, logged } = stage(stores)
  const one = message('one', { attempts: 1, lease: 'ours', nextAt: NOW + 300 })
  await add(one, message('two'), message('nobody'))
  assert.deepEqual(await delivery.deliver(queued(one)), { outcome: 'delivered' })
  await delivery.deliverDue()
  assert.deepEqual([sent, await left(), audited, logged], [['one', 'two', 'nobody'], [], [], []])
})

onEachEngine('all that is due is delivered, in batches of twenty at once', async (stores) => {
  const { delivery, add, left, sent, most } = stage(stores)
  await add(...Array.from({ length: 41 }, (_, n) => message(`m${n}`)), message('later', { nextAt: NOW + 1 }))
  await delivery.deliverDue()
  assert.deepEqual([sent.length, most(), await left()], [41, 20, ['later']])
})

onEachEngine('a fault at one message keeps no other waiting, and is no loss', async (stores) => {
  const { delivery, add, left, sent, logged } = stage(stores)
  await add(message('fault'), ...Array.from({ length: 40 }, (_, n) => message(`m${n}`)))
  await delivery.deliverDue()
  assert.deepEqual([sent.length, await left()], [41, ['fault']])
  assert.deepEqual(logged, [
    ['warn', { to: 'fault', reason: 'RangeError', attempts: 1 }, 'a letter could not be delivered and will be tried again'],
  ])
})

onEachEngine('of those that are named, what no other process has is delivered at once', async (stores) => {
  const { delivery, add, left, sent, most } = stage(stores)
  await add(message('one'), message('two', { nextAt: NOW + 9 }), message('three', { attempts: 1, nextAt: NOW + 9 }), message('four'))
  await delivery.deliverThese('a', ['one', 'two', 'three'])
  assert.deepEqual([sent.toSorted(), most(), await left()], [['one', 'two'], 2, ['four', 'three']])
})

for (const [chance, pauses] of [
  [1, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]],
  [0, [15, 30, 60, 120, 240, 480, 960, 1800, 1800]],
] as const)
  onEachEngine(`pauses double up to an hour, by chance to the half of it: ${chance}`, async (stores) => {
    const { delivery, add, failures, clock, logged, left, audited } = stage(stores, chance)
    failures.set('one', { reason: '503' })
    await add(message('one'))
    for (const [n, pause] of pauses.entries()) {
      await delivery.deliverDue()
      const told = { to: 'one', reason: '503', attempts: n + 1 }
      assert.deepEqual(logged, [['warn', told, 'a letter could not be delivered and will be tried again']])
      clock.now += pause - 1
      await delivery.deliverDue()
      assert.equal(logged.splice(0).length, 1, 'not before its time')
      clock.now += 1
    }
    assert.deepEqual([await left(), audited], [['one'], []])
  })

onEachEngine('an attempt says what became of it, and an unreadable message waits', async (stores) => {
  const { delivery, add, failures, logged, left } = stage(stores)
  const one = message('one', { attempts: 1, lease: 'x' })
  const unreadable = message('two', { attempts: 2, lease: 'y', sealed: 'unreadable' })
  await add(one, unreadable)
  failures.set('one', { reason: '503', permanent: false })
  assert.deepEqual(await delivery.deliver(queued(one)), { outcome: 'deferred', reason: '503' })
  assert.deepEqual(await delivery.deliver(queued(unreadable)), { outcome: 'deferred', reason: 'no key' })
  const text = 'a letter could not be delivered and will be tried again'
  assert.deepEqual(logged, [
    ['warn', { to: 'one', reason: '503', attempts: 1 }, text],
    ['warn', { reason: 'no key', attempts: 2 }, text],
  ])
  assert.deepEqual(await left(), ['one', 'two'])
})

type Loss = [what: string, more: Partial<OutboxMessage>, failure: Failure | undefined, reason: string, isRead?: false]
const losses: Loss[] = [
  ['a failure that lasts', {}, { reason: '410', permanent: true }, '410'],
  ['no time for another attempt', { expiresAt: NOW + 30 }, { reason: '503' }, '503'],
  ['a message that has expired', { expiresAt: NOW }, undefined, 'expired'],
  ['no key in time', { expiresAt: NOW + 30, sealed: 'unreadable' }, undefined, 'no key', false],
]
for (const [what, more, failure, reason, isRead = true] of losses)
  onEachEngine(`a message is lost, recorded and told by ${what}`, async (stores) => {
    const { delivery, add, failures, logged, left, audited, sent } = stage(stores)
    const one = message('one', { attempts: 1, lease: 'x', ...more })
    await add(one)
    if (failure) failures.set('one', failure)
    assert.deepEqual(await delivery.deliver(queued(one)), { outcome: 'lost', reason })
    const to = isRead ? { to: 'one' } : {}
    const detail = { ...to, reason, attempts: 1 }
    assert.deepEqual(audited, [['a', { act: 'webhook.lost', outcome: 'failure', target: 'one', detail }]])
    assert.deepEqual(logged, [['error', detail, 'a letter is lost: it could not be delivered']])
    assert.deepEqual([await left(), sent.length], [[], failure ? 1 : 0])
  })

onEachEngine('a message that just lasts until its next attempt waits for it', async (stores) => {
  const { delivery, add, failures, left } = stage(stores)
  failures.set('one', { reason: '503' })
  await add(message('one', { expiresAt: NOW + 31 }))
  await delivery.deliverDue()
  assert.deepEqual(await left(), ['one'])
})

onEachEngine('who is silent is left alone for 30 seconds, and keeps nobody else waiting', async (stores) => {
  const { delivery, add, failures, clock, sent, logged } = stage(stores, 0)
  failures.set('silent', { reason: 'timeout', silent: true })
  failures.set('busy', { reason: '503' })
  const deliver = async (id: string) => {
    const one = message(id, { attempts: 1, lease: 'x' })
    await add(one)
    const outcome = await delivery.deliver(queued(one))
    return 'reason' in outcome ? outcome.reason : outcome.outcome
  }
  assert.deepEqual([await deliver('silent 1'), await deliver('silent 2')], ['timeout', 'paused'])
  assert.deepEqual([await deliver('busy 1'), await deliver('busy 2'), await deliver('other 1')], ['503', '503', 'delivered'])
  clock.now += 29
  assert.equal(await deliver('silent 3'), 'paused')
  clock.now += 1
  failures.delete('silent')
  assert.deepEqual([await deliver('silent 4'), await deliver('silent 5')], ['delivered', 'delivered'])
  failures.set('nobody', { reason: 'timeout', silent: true })
  assert.deepEqual([await deliver('nobody 1'), await deliver('nobody 2')], ['timeout', 'timeout'])
  assert.ok(!sent.includes('silent 2') && !sent.includes('silent 3'))
  assert.ok(logged.some(([, what]) => (what as { reason: string }).reason === 'paused'))
})

onEachEngine('a thousand silent receivers are remembered, and the first is forgotten', async (stores) => {
  const { delivery, failures, sent } = stage(stores)
  const deliver = (to: string) => delivery.deliver(queued(message(to, { attempts: 1 })))
  for (let n = 0; n <= 1000; n++) {
    failures.set(`r${n}`, { reason: 'timeout', silent: true })
    await deliver(`r${n}`)
  }
  assert.equal(sent.length, 1001)
  assert.deepEqual(await deliver('r1'), { outcome: 'deferred', reason: 'paused' })
  assert.deepEqual(await deliver('r0'), { outcome: 'deferred', reason: 'timeout' })
})

onEachEngine('a sealed message is read, waits for its key, or is unreadable', async () => {
  const read = sealedContent<object>({
    open: (...of) => (of.join(' ') === 'a id good' ? '{"text":"hello"}' : undefined),
    hasKeyOf: (sealed) => sealed !== 'of another node',
  })
  const of = (sealed: string) => read(queued(message('id', { sealed })))
  assert.deepEqual(of('good'), { content: { text: 'hello' } })
  assert.deepEqual(of('of another node'), { failure: { reason: 'no key' } })
  assert.deepEqual(of('broken'), { failure: { reason: 'unreadable', permanent: true } })
})
