import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { BadKeyFile, holdsGuessableKey, makeKek, readKek } from './kek.ts'

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gatehouse-kek-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

test('a created key file is private, readable, and never overwritten', async (t) => {
  const home = await folder(t)
  const path = join(home, 'kek')
  assert.equal(await makeKek(path, randomBytes), true)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  const key = await readKek(path, { strict: true })
  assert.equal(key.length, 32)
  assert.equal(await makeKek(path, randomBytes), false)
  assert.deepEqual(await readKek(path, { strict: true }), key)
  assert.deepEqual(await readdir(home), ['kek'])
})

test('no file or folder stays open', { skip: process.platform !== 'linux' && 'only Linux tells what is open' }, async (t) => {
  const home = await folder(t)
  await makeKek(join(home, 'kek'), randomBytes)
  const opened = await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  assert.deepEqual(
    opened.filter((path) => path.startsWith(home)),
    [],
  )
})

test('of concurrent creators one succeeds, and all read the same key', async (t) => {
  const path = join(await folder(t), 'kek')
  const made = await Promise.all(Array.from({ length: 8 }, () => makeKek(path, randomBytes)))
  assert.equal(made.filter(Boolean).length, 1)
  await readKek(path, { strict: true })
})

test('a missing folder and a name that is too long are errors', async (t) => {
  await assert.rejects(makeKek(join(await folder(t), 'none', 'kek'), randomBytes), { code: 'ENOENT' })
  await assert.rejects(makeKek(join(await folder(t), 'k'.repeat(250)), randomBytes), { code: 'ENAMETOOLONG' })
})

test('a key is read in each of its encodings', async (t) => {
  const path = join(await folder(t), 'kek')
  const key = Buffer.from('fb' + randomBytes(30).toString('hex') + 'ff', 'hex')
  const spellings = [
    key,
    key.toString('base64'),
    key.toString('base64url'),
    `${key.toString('hex')}\n`,
    key.toString('hex').toUpperCase(),
    ` ${key.toString('base64')}\r\n`,
  ]
  for (const content of spellings) {
    await writeFile(path, content)
    assert.deepEqual(await readKek(path, { strict: false }), key, String(content))
  }
})

test('bytes are taken for text only when all of them are printable', async (t) => {
  const path = join(await folder(t), 'kek')
  const letters = 'q8Zk~Xw2Vb!Lr5Tn#Hc9Jd?Pf4Ms6Ge'
  for (const byte of [0x09, 0x0b, 0x0e, 0x1f, 0x7f, 0x80, 0xff]) {
    const key = Buffer.concat([Buffer.from(letters), Buffer.from([byte])])
    await writeFile(path, key)
    assert.deepEqual(await readKek(path, { strict: false }), key, String(byte))
  }
  for (const byte of [0x0a, 0x0d, 0x20, 0x7e]) {
    await writeFile(path, Buffer.concat([Buffer.from(letters), Buffer.from([byte])]))
    await assert.rejects(readKek(path, { strict: false }), BadKeyFile, String(byte))
  }
})

test('anything else is refused without revealing its content', async (t) => {
  const path = join(await folder(t), 'kek')
  const key = randomBytes(32)
  const refused = [
    '',
    'change me',
    'exactly thirty-two letters long!',
    randomBytes(16).toString('hex'),
    randomBytes(31),
    randomBytes(33),
    randomBytes(31).toString('base64'),
    `${key.toString('base64')} ${key.toString('base64')}`,
    `${key.toString('hex').slice(0, -1)}g`,
    Buffer.alloc(32),
    Buffer.alloc(32).toString('base64'),
    Buffer.from('0123456789abcdef'.repeat(4).replaceAll(/[89a-f]/g, '0'), 'hex'),
    Buffer.from(Array.from({ length: 32 }, (_, i) => i)),
    Buffer.from(Array.from({ length: 32 }, (_, i) => 200 - 5 * i)).toString('base64'),
    Buffer.concat([key.subarray(16), key.subarray(16)]),
  ]
  for (const content of refused) {
    await writeFile(path, content)
    await assert.rejects(readKek(path, { strict: false }), (error: Error) => {
      assert.ok(error instanceof BadKeyFile)
      assert.ok(String(content) === '' || !error.message.includes(String(content)))
      return true
    })
  }
})

test('a key that can be guessed has fewer than 16 different bytes, fewer than 8 steps, or repeats itself', async (t) => {
  const path = join(await folder(t), 'kek')
  const squares = Array.from({ length: 16 }, (_, i) => (7 * i * i) & 0xff)
  const climbing = (...steps: number[]) => {
    let byte = 0
    return Array.from({ length: 32 }, (_, i) => (byte = (byte + steps[i % steps.length]!) & 0xff))
  }
  const rows: [what: string, bytes: number[], guessable: boolean][] = [
    ['16 different bytes', [...squares, ...squares.toReversed()], false],
    ['15 different bytes', [...squares.with(0, squares[1]!), ...squares.with(0, squares[1]!).toReversed()], true],
    ['8 steps', climbing(3, 5, 9, 17, 33, 65, 70, 90), false],
    ['7 steps', climbing(3, 5, 9, 17, 33, 65, 70), true],
    ['the same half twice', [...squares, ...squares], true],
  ]
  for (const [what, bytes, guessable] of rows) {
    assert.equal(holdsGuessableKey(Buffer.from(bytes)), guessable, what)
    await writeFile(path, Buffer.from(bytes).toString('hex'))
    if (guessable) await assert.rejects(readKek(path, { strict: false }), /can be guessed/, what)
    else assert.deepEqual(await readKek(path, { strict: false }), Buffer.from(bytes), what)
  }
  assert.equal(holdsGuessableKey(Buffer.from('no key')), false)
})

test('a file that others can read or write is refused in strict mode', async (t) => {
  const path = join(await folder(t), 'kek')
  await makeKek(path, randomBytes)
  for (const mode of [0o640, 0o604, 0o620, 0o601]) {
    await chmod(path, mode)
    await assert.rejects(readKek(path, { strict: true }), BadKeyFile, mode.toString(8))
    assert.equal((await readKek(path, { strict: false })).length, 32)
  }
  await chmod(path, 0o400)
  assert.equal((await readKek(path, { strict: true })).length, 32)
})
