/** What people read of authorization details. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeDetail } from './detail-words.ts'

const pay = {
  name: 'pay',
  description: 'Make a payment',
  schema: {},
  consent: 'always',
  api: 'https://bank.example',
  apiName: 'Bank',
} as const

test('each value is shown with the names that lead to it', () => {
  const detail = {
    type: 'pay',
    amount: { value: 1, currency: 'EUR' },
    actions: ['a', 'b'],
    to: [{ iban: 'x' }, 'y'],
    none: null,
    empty: [],
  }
  assert.deepEqual(describeDetail([pay], detail), {
    title: 'Make a payment',
    api: 'Bank',
    lines: [
      ['amount.value', '1'],
      ['amount.currency', 'EUR'],
      ['actions', 'a, b'],
      ['to.0.iban', 'x'],
      ['to.1', 'y'],
      ['none', 'null'],
      ['empty', ''],
    ],
  })
})

test('a type may have words of its own, and one that nobody declares has none', () => {
  const lines = () => [['what', 'that']] as const
  assert.deepEqual(describeDetail([{ ...pay, lines }], { type: 'pay', a: 1 }).lines, [['what', 'that']])
  assert.deepEqual(describeDetail([pay], { type: 'other', a: 1 }), { title: 'other', api: undefined, lines: [['a', '1']] })
})
