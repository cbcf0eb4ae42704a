import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all } from './admin-command.ts'

test('a list is read page by page, from the last item on, until one is not full', async () => {
  for (const [count, pages] of [
    [0, 1],
    [199, 1],
    [200, 2],
    [201, 2],
    [450, 3],
  ] as const) {
    const items = Array.from({ length: count }, (_, n) => ({ id: `${n}` }))
    const asked: { after?: string; limit: number }[] = []
    const read = async (ask: { after?: string; limit: number }) => {
      asked.push(ask)
      const from = ask.after === undefined ? 0 : Number(ask.after) + 1
      return items.slice(from, from + ask.limit)
    }
    assert.deepEqual(await all(read, ({ id }) => id), items)
    assert.deepEqual([asked.length, asked[0]], [pages, { limit: 200 }], String(count))
  }
})
