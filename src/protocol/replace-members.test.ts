import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replaceMembers } from './replace-members.ts'

test('a replaced port is the new one, and another is made only when it is used', () => {
  const made: string[] = []
  const port = (name: string) => {
    made.push(name)
    return name
  }
  const store = {
    get clients() {
      return port('clients')
    },
    get codes() {
      return port('codes')
    },
  }
  const other = replaceMembers(store, { clients: 'others' })
  assert.deepEqual(made, [])
  assert.deepEqual([other.clients, other.codes, store.clients], ['others', 'codes', 'clients'])
  assert.deepEqual(made, ['codes', 'clients'])
})
