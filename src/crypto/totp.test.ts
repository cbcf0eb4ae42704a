import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { sealer } from './seal.ts'
import { hotp, totpCrypto } from './totp.ts'

const secret = Buffer.from('12345678901234567890')

test('codes by counter: the test values of RFC 4226, appendix D', () => {
  const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']
  assert.deepEqual(
    codes.map((_, counter) => hotp(secret, counter)),
    codes,
  )
})

test('codes by time: the test values of RFC 6238, appendix B, whose last six digits are ours', () => {
  const values: [time: number, code: string][] = [
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ]
  for (const [time, code] of values) assert.equal(hotp(secret, Math.floor(time / 30)), code.slice(2), String(time))
})

const safeOf = (tenantId: string) => totpCrypto({ sealer: sealer([Buffer.alloc(32, 7)], randomBytes), tenantId, random: () => secret })
const safe = safeOf('a')
const now = 3000
const draft = safe.draft('owner', now + 600)
const about = { owner: 'owner', subject: 'subject', sealed: draft.sealed, code: hotp(secret, 100), now }

test('a draft is shown in the form the app expects, and is confirmed by a first code', () => {
  assert.equal(draft.secret, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  assert.deepEqual(safe.reopen('owner', draft.sealed, now), draft)
  const { sealed, step } = safe.confirm(about) ?? assert.fail()
  assert.equal(step, 100)
  assert.deepEqual(safe.accept({ subject: 'subject', sealed, code: hotp(secret, 101), now: now + 30 }), { sealed, step: 101 })
  assert.throws(() => safe.accept({ subject: 'other', sealed, code: hotp(secret, 101), now }), { name: 'Unsealable' })
})

const refused: [name: string, change: Partial<typeof about>][] = [
  ['of somebody else', { owner: 'other' }],
  ['too late', { now: now + 600, code: hotp(secret, 120) }],
  ['with a wrong code', { code: '000000' }],
  ['without a code', { code: '' }],
  ['that was changed', { sealed: `${draft.sealed.slice(0, -2)}AA` }],
  ['that is not a draft', { sealed: 'x' }],
]
for (const [name, change] of refused)
  test(`a draft ${name} is not confirmed`, () => assert.equal(safe.confirm({ ...about, ...change }), undefined))

test('a draft of one tenant is refused in another', () => {
  assert.equal(safeOf('b').confirm(about), undefined)
  assert.equal(safeOf('b').reopen('owner', draft.sealed, now), undefined)
})

test('a code is valid in its time step and the adjacent ones', () => {
  const { sealed } = safe.confirm(about) ?? assert.fail()
  const at = (step: number) => safe.accept({ subject: 'subject', sealed, code: hotp(secret, step), now })?.step
  assert.deepEqual([98, 99, 100, 101, 102].map(at), [undefined, 99, 100, 101, undefined])
})

test('a secret that an older key has sealed is resealed when it is used', () => {
  const { sealed } = safe.confirm(about) ?? assert.fail()
  const [next, old] = [Buffer.alloc(32, 8), Buffer.alloc(32, 7)]
  const later = totpCrypto({ sealer: sealer([next, old], randomBytes), tenantId: 'a', random: () => secret })
  const anew = later.accept({ subject: 'subject', sealed, code: about.code, now })?.sealed ?? assert.fail()
  const alone = totpCrypto({ sealer: sealer([next], randomBytes), tenantId: 'a', random: () => secret })
  assert.deepEqual(alone.accept({ subject: 'subject', sealed: anew, code: about.code, now }), { sealed: anew, step: 100 })
  assert.throws(() => alone.accept({ subject: 'subject', sealed, code: about.code, now }), { name: 'Unsealable' })
})
