/** What of the claims of a provider becomes ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aConnection } from '../../test/scripted-provider.ts'
import { profileOf } from './profile.ts'

const of = (claims: Record<string, unknown>, more: object = {}) => profileOf(aConnection(more), { subject: 'up', claims })

test('an address is the person’s only if the provider says so', () => {
  const email = 'ada@example.org'
  for (const yes of [true, 'true', 1, '1']) assert.equal(of({ email, email_verified: yes }).email, email)
  for (const no of [false, 'false', 0, 'yes', 2, undefined, null, [true]]) assert.equal(of({ email, email_verified: no }).email, undefined)
  for (const none of ['ada', '', 7, undefined]) assert.equal(of({ email: none, email_verified: true }).email, undefined)
  assert.deepEqual(of({ email, email_verified: true }).claims, {})
})

test('its texts fill our claims, by the names of the connection, and no others do', () => {
  const claims = {
    name: ' Ada ',
    nickname: 'a',
    login: 'ada-l',
    given_name: ' ',
    locale: 7,
    role: 'superadmin',
    website: 'https://ada.example',
  }
  const { claims: ours } = of(claims, { sign_in: { claims: { nickname: 'login' } } })
  assert.deepEqual(ours, { name: 'Ada', nickname: 'ada-l', website: 'https://ada.example' })
})

test('what counts as a second factor is what the connection names', () => {
  const sign_in = { acr_values: ['gold'], amr_values: ['mfa', '7'] }
  const rows: [claims: object, isEnough: boolean][] = [
    [{ acr: 'gold' }, true],
    [{ acr: 'silver' }, false],
    [{ acr: ['gold'] }, false],
    [{ amr: ['pwd', 'mfa'] }, true],
    [{ amr: [7] }, true],
    [{ amr: ['pwd'] }, false],
    [{ amr: 'mfa' }, false],
    [{}, false],
  ]
  for (const [claims, isEnough] of rows) assert.equal(of({ ...claims }, { sign_in }).multiFactor, isEnough, JSON.stringify(claims))
  assert.equal(of({ acr: 'gold', amr: ['mfa'] }).multiFactor, false)
})
