import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Account, claimsOf, foldAddressPart, foldLogin, foldName, loginOf } from './account.ts'
import { shown } from './people.ts'

const account: Account = {
  ...{ subject: 'sub', username: 'ada', email: 'ada@example.com', passwordHash: 'hash', passwordIsTemporary: false, role: 'operator' },
  ...{ claims: { name: 'Ada' }, attributes: { desk: '4' }, status: 'active', createdAt: 1, updatedAt: 2 },
}
const told = { name: 'Ada', preferred_username: 'ada', email: 'ada@example.com', email_verified: false }
const rest = { role: 'operator', attributes: { desk: '4' }, updated_at: 2 }

test('what is told of an account', () => {
  const rows: [change: Partial<Account>, claims: object | undefined][] = [
    [{}, { ...told, ...rest }],
    [{ claims: { email_verified: true } }, { ...told, ...rest, name: undefined, email_verified: true }],
    [
      { email: undefined, claims: { name: 'Ada', email_verified: true } },
      { ...told, ...rest, email: undefined, email_verified: undefined },
    ],
    [{ username: 'sub' }, { ...told, ...rest, preferred_username: undefined }],
    [{ status: 'suspended' }, undefined],
  ]
  for (const [change, claims] of rows) {
    const found = claimsOf({ ...account, ...change })
    assert.deepEqual(JSON.parse(JSON.stringify(found ?? null)), JSON.parse(JSON.stringify(claims ?? null)), JSON.stringify(change))
  }
})

test('how an account is shown to its owner, and what it signs in with', () => {
  const rows: [change: Partial<Account>, name: string, detail: string | undefined, login: string][] = [
    [{}, 'Ada', 'ada@example.com', 'ada'],
    [{ email: undefined }, 'Ada', 'ada', 'ada'],
    [{ claims: {} }, 'ada', 'ada@example.com', 'ada'],
    [{ claims: { name: 1 }, email: undefined }, 'ada', undefined, 'ada'],
    [{ claims: {}, username: 'sub' }, 'ada@example.com', undefined, 'ada@example.com'],
    [{ username: 'sub', email: undefined }, 'Ada', 'sub', 'sub'],
  ]
  for (const [change, name, detail, login] of rows) {
    const one = { ...account, ...change }
    assert.deepEqual([shown(one), loginOf(one)], [{ name, detail }, login], JSON.stringify(change))
  }
})

test('logins are compared as names, and the domain of an address in ASCII', () => {
  assert.deepEqual([' Ａda ', 'ADA@BÜCHER.example', 'ada@xn--bcher-kva.example'].map(foldLogin), [
    'ada',
    'ada@xn--bcher-kva.example',
    'ada@xn--bcher-kva.example',
  ])
  assert.deepEqual(['Bücher.example', 'ada@bücher.example', 'not a domain'].map(foldAddressPart), [
    'xn--bcher-kva.example',
    'ada@xn--bcher-kva.example',
    'not a domain',
  ])
  assert.equal(foldName(' BÜCHER '), 'bücher')
})
