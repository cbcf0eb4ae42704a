/** What can be done on the account page, and how the page asks who somebody is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountClient } from '../../src/web/account/client.ts'
import { sections } from '../../src/web/account/sections.ts'

/** What is done where, and whether it takes a recent sign-in. */
const acts = [
  ['profile/save', 'any sign-in', 'user.change'],
  ['email/verify', 'any sign-in', 'user.link'],
  ['email/change', 'a recent sign-in', 'user.link'],
  ['password/change', 'a recent sign-in', 'user.password'],
  ['passkeys/add', 'any sign-in', 'user.factor-add', 'passkey'],
  ['passkeys/rename', 'a recent sign-in', 'user.factor-rename'],
  ['passkeys/remove', 'a recent sign-in', 'user.factor-remove', 'passkey'],
  ['second-factors/add-app', 'a recent sign-in', 'user.factor-add', 'totp'],
  ['second-factors/remove-app', 'a recent sign-in', 'user.factor-remove', 'totp'],
  ['second-factors/new-codes', 'a recent sign-in', 'user.recovery-codes'],
  ['sessions/end', 'any sign-in', 'session.end'],
  ['sessions/end-others', 'any sign-in', 'user.sign-out'],
  ['sessions/end-all', 'any sign-in', 'user.sign-out'],
  ['applications/remove', 'any sign-in', 'grant.revoke'],
  ['connections/connect', 'a recent sign-in', 'user.connect'],
  ['connections/disconnect', 'a recent sign-in', 'user.disconnect'],
  ['credentials/offer', 'a recent sign-in', 'credential-offer.create'],
  ['credentials/revoke', 'a recent sign-in', 'credential.status'],
  ['data/download', 'a recent sign-in', 'user.export'],
  ['deletion/delete', 'a recent sign-in', 'user.remove'],
]

test('each action of the account page has its entry in the audit log, and those that can harm take a recent sign-in', () => {
  const found = sections.flatMap(({ name, actions }) =>
    Object.entries(actions).map(([act, { sensitive, audit, factor }]) => [
      ...[`${name}/${act}`, sensitive ? 'a recent sign-in' : 'any sign-in', audit],
      ...(factor === undefined ? [] : [factor]),
    ]),
  )
  assert.deepEqual(found, acts)
})

test('the page is a client that gets no tokens and needs no consent', () => {
  const { policy, ...client } = accountClient('https://id.example')
  const said = [
    'client_id',
    'client_name',
    'grant_types',
    'response_types',
    'token_endpoint_auth_method',
    'scope',
    'redirect_uris',
  ] as const
  assert.deepEqual(
    said.map((name) => client[name]),
    ['gatehouse-account', 'Your account', [], ['none'], 'none', '', ['https://id.example/account/return']],
  )
  assert.deepEqual([policy.consent, client.secretHashes, client.tokensFrom], ['skip', [], 0])
})
