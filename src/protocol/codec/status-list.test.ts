import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { compressedStatuses, statusListSize } from './status-list.ts'

const bytesOf = (values: readonly number[]) =>
  inflateSync(Buffer.from(compressedStatuses(values.map((value, index) => ({ index, value }))), 'base64url'))

test('the example of Token Status List §4.1, in a list of full length', () => {
  const bytes = bytesOf([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3])
  assert.deepEqual([...bytes.subarray(0, 4)], [0xc9, 0x44, 0xf9, 0])
  assert.equal(bytes.length, statusListSize / 4)
})

test('the last status is in the highest bits of the last byte', () => {
  const list = compressedStatuses([{ index: statusListSize - 1, value: 2 }])
  assert.equal(inflateSync(Buffer.from(list, 'base64url')).at(-1), 0b1000_0000)
})
