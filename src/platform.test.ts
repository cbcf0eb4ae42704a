import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { logger, orderedIds, pooledRandom, random, readFile, systemClock } from './platform.ts'

function logged(format: 'json' | 'pretty', write: (log: ReturnType<typeof logger>) => void): string {
  let text = ''
  const stream = new Writable({
    decodeStrings: false,
    write(line, _encoding, done) {
      text += line
      done()
    },
  })
  write(logger({ level: 'info', format, stream }))
  return text
}

test('the clock tells whole seconds', () => {
  assert.ok(Number.isInteger(systemClock()))
  assert.ok(systemClock() > 1_700_000_000 && systemClock() < 10_000_000_000)
})

test('random returns as many bytes as requested, never the same', () => {
  assert.equal(random(32).length, 32)
  assert.notDeepEqual(random(32), random(32))
})

test('pooled random bytes are never handed out twice, nor changed afterwards', () => {
  const bytesOf = pooledRandom()
  const given = Array.from({ length: 2000 }, (_, i) => bytesOf(8 + (i % 25)))
  const as = given.map((bytes) => bytes.toString('hex'))
  assert.deepEqual(
    given.map((bytes) => bytes.length),
    Array.from({ length: 2000 }, (_, i) => 8 + (i % 25)),
  )
  assert.equal(new Set(as.map((text) => text.slice(0, 16))).size, 2000)
  assert.equal(bytesOf(10_000).length, 10_000)
  assert.ok(!bytesOf(64).equals(Buffer.alloc(64)))
  assert.deepEqual(
    given.map((bytes) => bytes.toString('hex')),
    as,
  )
})

test('ids are in the order in which they are made, and no two are the same', () => {
  const [one, other] = [orderedIds(), orderedIds()]
  const made = Array.from({ length: 500 }, one)
  assert.deepEqual(made, made.toSorted())
  assert.equal(new Set([...made, ...Array.from({ length: 500 }, other)]).size, 1000)
  for (const id of made) assert.match(id, /^[0-9a-z]{10}[0-9a-f]{12}$/)
  assert.ok(Math.abs(Number.parseInt(made[0]!.slice(0, 10), 36) - Date.now()) < 60_000, 'they begin with the time')
})

test('a file is read with its permission bits', { skip: process.platform === 'win32' }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'key')
  writeFileSync(path, 'text')
  chmodSync(path, 0o640)
  assert.deepEqual(readFile(path), { text: 'text', mode: 0o640 })
  assert.equal(readFile(join(folder, 'none')), undefined)
})

test('a line is one JSON object with its level in words', () => {
  const line = JSON.parse(logged('json', (log) => log.warn({ clientId: 'c1' }, 'hello')))
  assert.deepEqual([line.level, line.clientId, line.msg], ['warn', 'c1', 'hello'])
  assert.match(line.time, /^\d{4}-\d\d-\d\dT/)
})

test('each line of the log tells its own time, to the millisecond', (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const moments = ['2031-05-01T12:00:00.000Z', '2031-05-01T12:00:00.007Z', '2031-05-01T12:00:00.250Z', '2031-05-01T12:00:01.040Z']
  const text = logged('json', (log) => {
    for (const moment of moments) {
      t.mock.timers.setTime(Date.parse(moment))
      log.info('answered')
    }
  })
  const lines = text.trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).time),
    moments,
  )
})

test('lines below the minimum log level are not written', () => {
  assert.equal(
    logged('json', (log) => log.debug('hello')),
    '',
  )
})

const headers = ['authorization', 'cookie', 'set-cookie', 'dpop', 'x-api-key']
const credentials = ['password', 'client_secret', 'client_assertion', 'assertion', 'code', 'code_verifier']
const tokens = ['token', 'access_token', 'refresh_token', 'id_token', 'id_token_hint']

for (const name of [...headers, ...credentials, ...tokens, 'Authorization', 'Set-Cookie', 'DPoP']) {
  for (const format of ['json', 'pretty'] as const) {
    test(`${name} is never written (${format})`, () => {
      const secret = { [name]: 'hunter2', fine: 'shown' }
      const text = logged(format, (log) => {
        log.info(secret)
        log.info({ [name]: 'hunter2' })
        log.info({ req: { headers: secret } })
        log.info({ a: { b: { c: { d: [secret, [name, { [name]: ['hunter2'] }]] } } } })
      })
      assert.doesNotMatch(text, /hunter2/)
      assert.match(text, /shown/)
    })
  }
}

test('an error is written with its code and stack, without what else it carries', () => {
  const error = Object.assign(new Error('no room'), { code: 'SQLITE_FULL', detail: 'hunter2', params: { password: 'hunter2' } })
  const text = logged('json', (log) => log.error({ err: error }, 'failed'))
  assert.match(text, /no room.*platform\.test.*SQLITE_FULL/)
  assert.doesNotMatch(text, /hunter2/)
})

test('circular data is logged', () => {
  const circle: Record<string, unknown> = {}
  circle['again'] = circle
  assert.match(
    logged('json', (log) => log.info({ circle })),
    /too deep/,
  )
})
