import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { z } from 'zod'
import { type TestApp, testApp } from '../../test/app.ts'
import type { Account } from './account.ts'
import { type AccountChange, changeAccount, operator } from './account-administration.ts'
import { defineAttribute } from './attributes.ts'

suite('changing an account', () => {
  let gatehouse: TestApp
  let subject: string
  const change = (input: AccountChange) => changeAccount(gatehouse.root.accounts, operator, subject, input)
  const changed = async (input: AccountChange) => (await change(input)) as Account
  const refused = async (input: AccountChange) => {
    const error = await change(input).catch((error: unknown) => error)
    assert.ok(error instanceof z.ZodError)
    return error.issues.map(({ path }) => path.join('.')).join()
  }
  before(async () => {
    gatehouse = await testApp('sqlite')
    await defineAttribute(gatehouse.root.attributes, { name: 'team', type: 'string' })
    await defineAttribute(gatehouse.root.attributes, { name: 'hobbies', type: 'list' })
    subject = await gatehouse.addAccount({
      username: 'ann',
      email: 'ann@example.com',
      claims: { name: 'Ann', email_verified: true, phone_number: '+12025550123', phone_number_verified: true },
      attributes: { team: 'red' },
    })
  })
  after(() => gatehouse.close())

  test('changes what is given and nothing else; null takes away', async () => {
    const { claims, attributes } = await changed({ claims: { name: null, nickname: 'A' }, attributes: { hobbies: ['tea'] } })
    assert.deepEqual(claims, { email_verified: true, phone_number: '+12025550123', phone_number_verified: true, nickname: 'A' })
    assert.deepEqual(attributes, { team: 'red', hobbies: ['tea'] })
    assert.deepEqual((await changed({ attributes: { hobbies: null } })).attributes, { team: 'red' })
  })

  test('an address or a number that is another is no longer proven, unless the change says so', async () => {
    assert.equal((await changed({ email: 'ann@example.com' })).claims['email_verified'], true, 'it is the same')
    const { claims } = await changed({ email: 'anna@example.com', claims: { phone_number: '+12025550124' } })
    assert.deepEqual([claims['email_verified'], claims['phone_number_verified']], [undefined, undefined])
    assert.equal((await changed({ email: 'ann@example.com', claims: { email_verified: true } })).claims['email_verified'], true)
    const without = await changed({ email: null })
    assert.deepEqual([without.email, without.claims['email_verified']], [undefined, undefined])
  })

  test('what does not hold is refused as a whole', async () => {
    const before = await gatehouse.root.store.accounts.bySubject(subject)
    assert.equal(await refused({ claims: { name: 'X' }, attributes: { team: 5 } }), 'attributes.team')
    assert.equal(await refused({ claims: { name: 'X' }, attributes: { none: 'x' } }), 'attributes.none')
    assert.deepEqual(await gatehouse.root.store.accounts.bySubject(subject), before)
  })
})
