import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeClock } from './node-clock.ts'
import type { Platform } from './platform.ts'
import type { Db } from './store/sql.ts'

/** `ahead`: seconds by which the clock of this machine is found to be ahead. */
function machine(engine: Db['engine'] = 'postgres') {
  const it = { ahead: 0, told: [] as unknown[], set: [] as number[] }
  const platform = {
    setClock: (time: number) => {
      it.set.push(time)
      return it.ahead
    },
    log: { warn: (...what: unknown[]) => it.told.push(what), info: (...what: unknown[]) => it.told.push(what) },
  }
  const db = { engine, read: async () => [{ time: 1_800_000_000_000 }] }
  return Object.assign(it, { clock: nodeClock(db as unknown as Db, platform as unknown as Platform) })
}
const problem = (seconds: number, way: string) =>
  `the clock of this machine is ${seconds} seconds ${way} that of the database, which is used instead: synchronise both (NTP)`

test('a clock that is off by more than a minute is a problem, told once, until it is right again', async () => {
  const it = machine()
  const found: (string | undefined)[] = []
  for (const ahead of [60, 61, 3600, -60, -61]) {
    it.ahead = ahead
    await it.clock.follow()
    found.push(it.clock.problem)
  }
  assert.deepEqual(found, [undefined, problem(61, 'ahead of'), problem(3600, 'ahead of'), undefined, problem(61, 'behind')])
  assert.deepEqual(it.told, [
    [{ seconds: 61 }, problem(61, 'ahead of')],
    ['the clock of this machine is right again'],
    [{ seconds: -61 }, problem(61, 'behind')],
  ])
  for (const time of it.set) assert.ok(time >= 1_800_000_000_000 && time < 1_800_000_001_000, 'the time of the database')
})

test('a database file has no clock of its own', async () => {
  const it = machine('sqlite')
  await it.clock.follow()
  assert.deepEqual([it.set, it.clock.problem], [[], undefined])
})
