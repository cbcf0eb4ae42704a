import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { getPriority } from 'node:os'
import { test } from 'node:test'
import { threads } from './threads.ts'

const parameters = { message: 'secret', nonce: Buffer.alloc(16, 1), tagLength: 32, memory: 64, passes: 1, parallelism: 1 }
const compute = threads()

test('threads compute what this one would, one after the other and beside each other', async () => {
  const expected = argon2Sync('argon2id', parameters)
  for (let i = 0; i < 3; i++) assert.deepEqual(await compute({ variant: 'argon2id', parameters }), expected)
  const nonces = Array.from({ length: 8 }, (_, i) => Buffer.alloc(16, i))
  const tags = await Promise.all(nonces.map((nonce) => compute({ variant: 'argon2id', parameters: { ...parameters, nonce } })))
  assert.deepEqual(
    tags,
    nonces.map((nonce) => argon2Sync('argon2id', { ...parameters, nonce })),
  )
})

test('what cannot be computed is told, and the next can be', async () => {
  await assert.rejects(compute({ variant: 'argon2id', parameters: { ...parameters, nonce: Buffer.alloc(1) } }), /nonce/)
  assert.equal((await compute({ variant: 'argon2id', parameters })).length, 32)
})

test('only the threads give way: this one has the priority it had', () => assert.equal(getPriority(), 0))
