import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { z } from 'zod'
import { type TestHouse, testHouse } from '../../test/house.ts'
import { defineAttribute, type Writer } from './attributes.ts'
import { type AccountChange, changeAccount } from './change-account.ts'
import type { Account } from './types.ts'

suite('changing an account', () => {
  let house: TestHouse
  let subject: string
  const change = (input: AccountChange, by: Writer = 'administrator') => changeAccount(house.root.accounts, subject, input, by)
  const changed = async (input: AccountChange, by?: Writer) => (await change(input, by)) as Account
  const refused = async (input: AccountChange, by?: Writer) => {
    const error = await change(input, by).catch((error: unknown) => error)
    assert.ok(error instanceof z.ZodError)
    return error.issues.map(({ path }) => path.join('.')).join()
  }
  before(async () => {
    house = await testHouse('sqlite')
    await defineAttribute(house.root.attributes, { name: 'team', type: 'string' })
    await defineAttribute(house.root.attributes, { name: 'motto', type: 'string', writable_by: 'person' })
    await house.addAccount({ username: 'bob', email: 'bob@example.com' })
    subject = await house.addAccount({
      username: 'ann',
      email: 'ann@example.com',
      claims: { name: 'Ann', email_verified: true, phone_number: '+12025550123', phone_number_verified: true },
      attributes: { team: 'red' },
    })
  })
  after(() => house.close())

  test('changes what is given and nothing else; null takes away', async () => {
    const { claims, attributes } = await changed({ claims: { name: null, nickname: 'A' }, attributes: { motto: 'onward' } })
    assert.deepEqual(claims, { email_verified: true, phone_number: '+12025550123', phone_number_verified: true, nickname: 'A' })
    assert.deepEqual(attributes, { team: 'red', motto: 'onward' })
    assert.deepEqual((await changed({ attributes: { motto: null } })).attributes, { team: 'red' })
  })

  test('an address or a number that changes is no longer verified, unless an administrator says so', async () => {
    assert.equal((await changed({ email: 'ann@example.com' })).claims['email_verified'], true, 'it is the same')
    const { email, claims } = await changed({ email: 'anna@example.com', claims: { phone_number: '+12025550124' } })
    assert.deepEqual([email, claims['email_verified'], claims['phone_number_verified']], ['anna@example.com', undefined, undefined])
    assert.equal((await changed({ email: 'ann@example.com', claims: { email_verified: true } })).claims['email_verified'], true)
    const without = await changed({ email: null })
    assert.deepEqual([without.email, without.claims['email_verified']], [undefined, undefined])
  })

  test('a person proves what needs a proof, and writes what is open', async () => {
    assert.equal(await refused({ email: 'x@example.com' }, 'person'), 'email')
    assert.equal(
      await refused({ claims: { email_verified: true, phone_number_verified: true } }, 'person'),
      'claims.email_verified,claims.phone_number_verified',
    )
    assert.equal(await refused({ attributes: { team: 'blue' } }, 'person'), 'attributes.team')
    assert.equal(await refused({ attributes: { team: null } }, 'person'), 'attributes.team')
    assert.deepEqual((await changed({ claims: { locale: 'de' }, attributes: { motto: 'up' } }, 'person')).attributes, {
      team: 'red',
      motto: 'up',
    })
  })

  test('what does not hold is refused as a whole', async () => {
    const before = await house.root.store.accounts.bySubject(subject)
    assert.equal(await refused({ claims: { website: 'nowhere', name: 'X' } }), 'claims.website')
    assert.equal(await refused({ claims: { name: 'X' }, attributes: { team: 5 } }), 'attributes.team')
    assert.equal(await refused({ claims: { name: 'X' }, attributes: { none: 5 } }), 'attributes.none')
    assert.equal(await refused({ username: 'a b' }), 'username')
    assert.equal(await refused({ role: 'superadmin' } as AccountChange), '')
    assert.equal(await change({ username: 'BOB', claims: { name: 'X' } }), 'taken')
    assert.equal(await change({ email: 'bob@example.com' }), 'taken')
    assert.deepEqual(await house.root.store.accounts.bySubject(subject), before)
    assert.equal(await changeAccount(house.root.accounts, 'nobody', { username: 'x' }, 'administrator'), 'unknown')
  })
})
