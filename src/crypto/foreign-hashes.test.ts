import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { type FirebaseProject, fromFirebase } from './firebase-scrypt.ts'
import { checkOfForeign, foreignHashProblem } from './foreign-hashes.ts'
import { type KeycloakCredential, passwordOf, totpOf } from './keycloak-credential.ts'

const bytes = (base64: string) => Buffer.from(base64, 'base64')
/** As the authors of this scheme publish them: https://github.com/firebase/scrypt. */
const project: FirebaseProject = {
  signerKey: bytes('jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=='),
  saltSeparator: bytes('Bw=='),
  rounds: 8,
  memCost: 14,
}
const exported = {
  hash: bytes('lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=='),
  salt: bytes('42xEC+ixf3L2lw=='),
}
const firebase = fromFirebase(project, exported) as string
const keycloak = (data: object, secret: object) =>
  hashIn({ type: 'password', credentialData: JSON.stringify(data), secretData: JSON.stringify(secret) })
const hashIn = (credential: KeycloakCredential) => {
  const read = passwordOf(credential)
  return 'hash' in read ? read.hash : assert.fail(read.problem)
}
const kept = { salt: 'MDEyMzQ1Njc4OWFiY2RlZg==', additionalParameters: {} }
const argon2Parameters = { hashLength: ['32'], memory: ['7168'], type: ['id'], version: ['1.3'], parallelism: ['1'] }

// Each made by another program than the one that checks it here: the reference implementations, libxcrypt, passlib, Keycloak, Python.
const bcrypt = '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy'
const argon2id = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
const scrypt = '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$LotR5hBsHB9CxUCO58rq+Vu7mK839QrUQDCOZzmmEOI'
const djangoScrypt = 'scrypt$1024$seasalt$8$5$rGSaeNSdnKke0lxz7kRAWnfKVvROcMwM+kLXRanE+YHNzmxmniPsyOzmwCALcew8WddWNibH1S6KscgHVDc+gw=='
const pbkdf2 = '$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M'
const good: [secret: string, hash: string][] = [
  ['password', argon2id],
  ['password', `argon2${argon2id}`],
  ['password', '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA'],
  ['imported secret', bcrypt],
  ['imported secret', bcrypt.replace('2b', '2a')],
  ['imported secret', bcrypt.replace('2b', '2y')],
  ['imported secret', `bcrypt$${bcrypt}`],
  ['imported secret', 'bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuutDmnt8lg7poZS/OJLmiNNN/7PS90ksC'],
  ['password', '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E'],
  ['imported secret', scrypt],
  ['imported secret', djangoScrypt],
  ['user1password', firebase],
  ['password', pbkdf2],
  ['imported secret', 'pbkdf2_sha256$1000$seasalt$+rRCu5varUX/fHKPEKre6kTbf+SL44RMvTfmlqGvq+A='],
  [
    'secret',
    keycloak(
      { hashIterations: 5, algorithm: 'argon2', additionalParameters: argon2Parameters },
      { ...kept, value: 'xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80=', salt: 'LRScGShC7shkdoU5B1UgUQ==' },
    ),
  ],
  [
    'imported secret',
    keycloak(
      { hashIterations: 1000, algorithm: 'pbkdf2-sha256', additionalParameters: {} },
      { ...kept, value: 'rBMUxm8xq8EMdUsRS8npNuPmIaxeURmMnwiJF2wWb1mJx6V9GG55GmJjaYKe8D6iTTKxRcnECSioX+ZO77zOhA==' },
    ),
  ],
  [
    'imported secret',
    keycloak(
      { hashIterations: 1000, algorithm: 'pbkdf2-sha512' },
      { ...kept, value: 'CA0f1vpjIv9B8BDnPi87StkFZVN6IHicWaC5oFl2LvEtm5PxIaPxdtZnS9nlrD1KKOdD8/viXBzEd3EauJ97wQ==' },
    ),
  ],
  [
    'imported secret',
    keycloak(
      { hashIterations: 1000, algorithm: 'pbkdf2' },
      { ...kept, value: 'ti1Gz+pYXfqYOohujuiC5nkozPJKmaNG7WjWA0sxQDqFtGTQeqNxxl+vmMRSYDAH39LvM1phZsSKUjtwkcee1Q==' },
    ),
  ],
]
for (const [secret, hash] of good) {
  test(`${hash.slice(0, 32)}… matches "${secret}" and nothing else`, async () => {
    assert.equal(foreignHashProblem(hash), undefined)
    const check = checkOfForeign(hash)!
    for (const [text, right] of [
      [secret, true],
      [`${secret}x`, false],
      [secret.slice(1), false],
      ['', false],
    ] as const)
      assert.equal(await check(text), right, text)
  })
}

const bad: [hash: string, problem: RegExp][] = [
  ['', /not a supported hash of argon2, bcrypt, scrypt or PBKDF2/],
  ['5f4dcc3b5aa765d61d8327deb882cf99', /not a supported hash/],
  ['md5$salt$5f4dcc3b5aa765d61d8327deb882cf99', /not a supported hash/],
  ['{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr', /not a supported hash/],
  [argon2id.replace('v=19', 'v=16'), /not of version 1\.3/],
  [argon2id.replace('$v=19', ''), /not of version 1\.3/],
  [argon2id.replace('p=1', 'p=1,keyid=x'), /not of version 1\.3/],
  [argon2id.replace('c29tZXNhbHQ', 'c29tZXNhbA'), /not of version 1\.3/],
  [argon2id.slice(0, -22), /not of version 1\.3/],
  [argon2id.replace('argon2id', 'argon2x'), /not of version 1\.3/],
  [argon2id.replace('m=65536', 'm=262145'), /costs too much/],
  [argon2id.replace('m=65536,t=2', 'm=262144,t=5'), /costs too much/],
  [argon2id.replace('t=2', 't=11'), /costs too much/],
  [argon2id.replace('t=2', 't=0'), /costs too much/],
  [argon2id.replace('p=1', 'p=0'), /costs too much/],
  [argon2id.replace('m=65536,t=2,p=1', 'm=64,t=2,p=9'), /costs too much/],
  [bcrypt.replace('$05$', '$03$'), /cost that is not 4 to 14/],
  [bcrypt.replace('$05$', '$15$'), /cost that is not 4 to 14/],
  [bcrypt.replace('2b', '2x'), /bcrypt, but not/],
  [bcrypt.slice(0, -1), /bcrypt, but not/],
  [`bcrypt_sha256$${bcrypt}x`, /bcrypt, but not/],
  [scrypt.replace('ln=10', 'ln=19'), /costs too much/],
  [scrypt.replace('r=8', 'r=2049'), /costs too much/],
  [scrypt.replace('p=1', 'p=300'), /costs too much/],
  [scrypt.replace('p=1', 'p=0'), /costs too much/],
  [scrypt.replace('r=8', 'r=0'), /costs too much/],
  [scrypt.replace('ln=10', 'ln=0'), /costs too much/],
  [scrypt.replace('r=8', 'r=1025').replace('ln=10', 'ln=11'), /costs too much/],
  [scrypt.replace('ln=10', 'ln=99'), /costs too much/],
  [scrypt.replace('ln=10,', ''), /not in the form of passlib or Django/],
  [scrypt.slice(0, -22), /not in the form of passlib or Django/],
  [djangoScrypt.replace('1024', '1000'), /not in the form of passlib or Django/],
  [djangoScrypt.replace('1024', '1048576'), /costs too much/],
  [firebase.replace('ln=14', 'ln=19'), /costs too much/],
  [firebase.replace(/r=\d+/, 'r=0'), /costs too much/],
  [firebase.slice(0, -1), /not in the form that "users import" writes/],
  [pbkdf2.replace('6400', '2000001'), /more than 2000000 iterations/],
  [pbkdf2.replace('6400', '0'), /more than 2000000 iterations/],
  [pbkdf2.replace('sha256', 'sha384'), /not in the form of Hydra, passlib/],
  [pbkdf2.slice(0, -23), /not in the form of Hydra, passlib/],
  ['pbkdf2_md5$1000$seasalt$+rRCu5varUX/fHKPEKre6kTbf+SL44RMvTfmlqGvq+A=', /not in the form of Hydra, passlib/],
]
for (const [hash, problem] of bad) {
  test(`refused: ${hash.slice(0, 60)}`, () => {
    assert.match(foreignHashProblem(hash) ?? '', problem)
    assert.match(foreignHashProblem(hash) ?? '', /^is /)
    assert.equal(checkOfForeign(hash), undefined)
  })
}

test('the highest and the lowest accepted costs', () => {
  const accepted = [
    argon2id.replace('m=65536,t=2,p=1', 'm=262144,t=4,p=8'),
    argon2id.replace('t=2', 't=10'),
    argon2id.replace('m=65536,t=2,p=1', 'm=72,t=1,p=9'),
    bcrypt.replace('$05$', '$04$'),
    bcrypt.replace('$05$', '$14$'),
    scrypt.replace('ln=10', 'ln=18'),
    scrypt.replace('ln=10,r=8', 'ln=1,r=1'),
    pbkdf2.replace('6400', '2000000'),
    pbkdf2.replace('6400', '1'),
  ]
  for (const hash of accepted) assert.equal(foreignHashProblem(hash), undefined, hash)
})

test('more than the 72 bytes that bcrypt reads never match, unless their digest was hashed', async () => {
  const hash = '$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i' // of 72 x
  assert.equal(await checkOfForeign(hash)!('x'.repeat(72)), true)
  assert.equal(await checkOfForeign(hash)!('x'.repeat(73)), false)
})

test('the stored form of a Firebase hash contains neither signer key nor hash, and reveals neither to a holder of the other', () => {
  const stored = bytes(firebase.split('$').at(-1) as string)
  const stream = exported.hash.map((byte, i) => byte ^ (project.signerKey[i] as number))
  for (const secret of [project.signerKey, exported.hash, Buffer.from(stream)]) {
    assert.ok(!firebase.includes(secret.toString('base64').slice(0, 16)))
    assert.ok(!stored.includes(secret.subarray(0, 8)))
  }
  assert.equal(fromFirebase(project, { ...exported, hash: randomBytes(32) }), undefined, 'of another length than the signer key')
  assert.notEqual(fromFirebase({ ...project, signerKey: randomBytes(64) }, exported), firebase)
})

test('a credential that is not in the form of Keycloak is refused', () => {
  const wrong = [
    { credentialData: 'x', secretData: '{}' },
    { credentialData: '{"algorithm":"argon2","hashIterations":5}', secretData: '{"value":"x"}' },
    { credentialData: '{"algorithm":"md5","hashIterations":5}', secretData: '{"value":"x","salt":"y"}' },
    {
      credentialData: '{"algorithm":"argon2","hashIterations":5,"additionalParameters":{"version":["1.0"]}}',
      secretData: '{"value":"x","salt":"y"}',
    },
  ]
  for (const credential of wrong) assert.ok('problem' in passwordOf({ type: 'password', ...credential }), credential.credentialData)
  assert.deepEqual(passwordOf({ type: 'password', value: 'open' }), { problem: 'is in plain text ("value")' })
})

test('hashes of old exports of Keycloak, and of its bcrypt extension, are those of new ones', () => {
  const old = { type: 'password', hashedSaltedValue: 'c2FsdGVk', salt: 'c2FsdA==', hashIterations: 27_500, algorithm: 'pbkdf2-sha256' }
  assert.equal(hashIn(old), keycloak({ algorithm: 'pbkdf2-sha256', hashIterations: 27_500 }, { value: 'c2FsdGVk', salt: 'c2FsdA==' }))
  assert.equal(keycloak({ algorithm: 'bcrypt', hashIterations: 5 }, { value: bcrypt, salt: '' }), bcrypt)
  assert.equal(hashIn({ type: 'password', hashedSaltedValue: bcrypt, hashIterations: 5, algorithm: 'bcrypt' }), bcrypt)
})

test('authenticator apps of Keycloak come if they show the codes that are checked here', () => {
  const app = (data: object, value = 'abcdefghij') =>
    totpOf({ type: 'otp', credentialData: JSON.stringify(data), secretData: JSON.stringify({ value }) })
  const usual = { subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' }
  assert.deepEqual(app(usual), { secret: Buffer.from('abcdefghij') })
  assert.deepEqual(app({ ...usual, secretEncoding: 'BASE32' }, 'mzxw6ytboi======'), { secret: Uint8Array.from(Buffer.from('foobar')) })
  assert.deepEqual(totpOf({ type: 'totp', hashedSaltedValue: 'abcdefghij', digits: 6, period: 30, algorithm: 'HmacSHA1' }), app(usual))
  for (const [other, problem] of [
    [app({ ...usual, algorithm: 'HmacSHA256' }), 'shows 6 digits by HmacSHA256 every 30 seconds; here it is 6 by HmacSHA1 every 30'],
    [app({ ...usual, digits: 8 }), 'shows 8 digits by HmacSHA1 every 30 seconds; here it is 6 by HmacSHA1 every 30'],
    [app({ ...usual, period: 60 }), 'shows 6 digits by HmacSHA1 every 60 seconds; here it is 6 by HmacSHA1 every 30'],
    [app({ ...usual, subType: 'hotp' }), 'counts uses (HOTP), not time'],
    [app({ ...usual, secretEncoding: 'BASE64' }), 'has a secret in no form that Keycloak writes'],
    [app({ ...usual, secretEncoding: 'BASE32' }, '1!'), 'has a secret in no form that Keycloak writes'],
    [totpOf({ type: 'otp' }), 'is in no form that Keycloak writes'],
  ] as const)
    assert.deepEqual(other, { problem })
})

test('none of them blocks the event loop', async () => {
  for (const [secret, hash] of good.filter(([, hash]) => /^\$(2b|argon2id|scrypt|firebase|pbkdf2)/.test(hash))) {
    let turned = false
    setImmediate(() => {
      turned = true
    })
    const slow = hash.replace('$05$', '$11$').replace('ln=10', 'ln=15').replace('6400', '600000').replace('i=1000', 'i=600000')
    await checkOfForeign(slow)!(secret)
    assert.ok(turned, hash.slice(0, 20))
  }
})
