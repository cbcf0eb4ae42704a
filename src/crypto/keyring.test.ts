import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { CompactEncrypt, createLocalJWKSet, importJWK, type JSONWebKeySet, jwtVerify } from 'jose'
import { memoryKeyStore } from '../../test/memory-key-store.ts'
import { openKeyring } from '../../test/open-keyring.ts'
import type { SigningAlg } from '../protocol/algs.ts'
import { type Keyring, keyring } from './keyring.ts'
import { sealer, Unsealable } from './seal.ts'
import { fromPkcs8, type KeyPair, makeKeyPair, signText } from './signer.ts'

const safe = sealer([randomBytes(32)], randomBytes)
const issuer = 'https://id.example'
const noon = 1_800_000_000
const claims = { iss: issuer, sub: 'alice', aud: 'api', iat: noon, exp: noon + 300 }

const usual = { sealer: safe, tenantId: 'tenant', issuer, rsaBits: 2048, reloadEvery: 1, reseal: async () => {} }

function open(options: { store?: ReturnType<typeof memoryKeyStore>; algs?: SigningAlg[]; now?: () => number; tenantId?: string }) {
  const { store = memoryKeyStore(), algs = ['ES256'], now = () => noon, tenantId = 'tenant' } = options
  return openKeyring({ ...usual, store, tenantId, algs, now })
}

const all: SigningAlg[] = ['ES256', 'EdDSA', 'RS256', 'PS256']
const full = await open({ algs: all })

for (const alg of all)
  test(`${alg}: another library verifies what we sign, by our JWKS`, async () => {
    const token = await full.sign(alg, 'at+jwt', claims)
    const jwks = createLocalJWKSet((await full.jwks(noon)) as JSONWebKeySet)
    const verified = await jwtVerify(token, jwks, { issuer, typ: 'at+jwt', algorithms: [alg], currentDate: new Date(noon * 1000) })
    assert.deepEqual(verified.payload, claims)
    assert.deepEqual(await full.verify(['at+jwt'], token, noon), claims)
  })

test('the JWKS holds one key for each algorithm, public members only', async () => {
  const { keys } = (await full.jwks(noon)) as { keys: Record<string, string>[] }
  assert.deepEqual(keys.map((key) => key['alg']).sort(), [...all].sort())
  assert.equal(new Set(keys.map((key) => key['kid'])).size, 4)
  const allowed = { EC: 'alg crv kid kty use x y', OKP: 'alg crv kid kty use x', RSA: 'alg e kid kty n use' }
  for (const key of keys) assert.equal(Object.keys(key).sort().join(' '), allowed[key['kty'] as keyof typeof allowed])
  assert.deepEqual(full.algs, all)
})

test('an algorithm the tenant does not have is refused', async () => {
  const ring = await open({})
  await assert.rejects(ring.sign('RS256', 'JWT', claims), RangeError)
  await assert.rejects(ring.rotate('RS256', { immediately: true }), RangeError)
})

test('the fast algorithms sign before RSA keys are created', async () => {
  const store = memoryKeyStore()
  const ring = await open({ store, algs: all })
  assert.deepEqual(store.rows.map((row) => row.alg).sort(), ['ES256', 'EdDSA'])
  assert.deepEqual(ring.algs, all)
  await ring.sign('ES256', 'JWT', claims)
  assert.equal((await ring.jwks(noon)).keys.length, 4)
})

test('an RSA key whose creation failed is created when it is needed', async () => {
  const store = memoryKeyStore()
  const { add } = store.signingKeys
  let failures = 0
  store.signingKeys.add = async (row, removeAt) => {
    if (row.alg !== 'RS256' || failures++ > 0) return add(row, removeAt)
    throw new Error('no database')
  }
  const ring = await open({ store, algs: ['ES256', 'RS256'] })
  await assert.rejects(ring.jwks(noon), /no database/)
  assert.equal((await ring.jwks(noon)).keys.length, 2)
})

test('typ is compared as a media type, and exactly', async () => {
  const token = await full.sign('ES256', 'at+jwt', claims)
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt']) assert.ok(await full.verify(['JWT', typ], token, noon), typ)
  for (const typ of ['JWT', 'at', 'jwt', '', 'application/jwt', 'x/at+jwt'])
    assert.equal(await full.verify([typ], token, noon), undefined, typ)
  assert.equal(await full.verify([], token, noon), undefined)
})

test('a token is valid until exp, from nbf and iat on, with a minute of clock skew', async () => {
  const verified = async (change: object, at: number | undefined) =>
    (await full.verify(['JWT'], await full.sign('ES256', 'JWT', { ...claims, ...change }), at)) !== undefined
  assert.equal(await verified({}, noon + 299), true)
  assert.equal(await verified({}, noon + 300), false)
  assert.equal(await verified({}, undefined), true)
  assert.equal(await verified({ exp: noon - 1 }, undefined), true)
  assert.equal(await verified({ nbf: noon + 60 }, noon), true)
  assert.equal(await verified({ nbf: noon + 61 }, noon), false)
  assert.equal(await verified({ iat: noon + 60 }, noon), true)
  assert.equal(await verified({ iat: noon + 61 }, noon), false)
  for (const change of [{ exp: undefined }, { exp: '9999999999' }, { exp: null }, { nbf: '0' }, { iat: null }])
    assert.equal(await verified(change, noon), false, JSON.stringify(change))
  for (const iss of [undefined, null, 'https://evil.example', `${issuer}/`, [issuer]])
    assert.equal(await verified({ iss }, undefined), false)
})

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
async function forge(pair: KeyPair, header: object, payload: unknown = claims): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${await signText(pair, input)}`
}

test('forged tokens are refused', async () => {
  const store = memoryKeyStore()
  const ring = await open({ store, algs: ['ES256', 'EdDSA', 'RS256'] })
  await ring.jwks(noon)
  const pairOf = (alg: SigningAlg) => {
    const { kid, sealedKey } = store.rows.find((row) => row.alg === alg)!
    return fromPkcs8(alg, kid, safe.open({ purpose: 'signing-key', tenant: 'tenant', id: `${alg}:${kid}` }, sealedKey))
  }
  const [es, rs] = [pairOf('ES256'), pairOf('RS256')]
  const stranger = await makeKeyPair('ES256', 2048)
  const good = { alg: 'ES256', typ: 'JWT', kid: es.kid }
  const token = await forge(es, good)
  const [head, body, signature] = token.split('.') as [string, string, string]
  const hmac = (header: object, key: string | Buffer) => {
    const input = `${encode(header)}.${body}`
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
  }
  const pem = rs.publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const der = rs.publicKey.export({ format: 'der', type: 'spki' })
  assert.deepEqual(await ring.verify(['JWT'], token, noon), claims)

  const refused: Record<string, string> = {
    'alg none': `${encode({ ...good, alg: 'none' })}.${body}.`,
    'alg none with a signature': `${encode({ ...good, alg: 'none' })}.${body}.${signature}`,
    'HS256 with the public key (PEM)': hmac({ alg: 'HS256', typ: 'JWT', kid: rs.kid }, pem),
    'HS256 with the public key (DER)': hmac({ alg: 'HS256', typ: 'JWT', kid: rs.kid }, der),
    'HS256 named as RS256': hmac({ alg: 'RS256', typ: 'JWT', kid: rs.kid }, pem),
    'another alg in the header than the key’s': await forge(es, { ...good, alg: 'RS256' }),
    'the key used for another alg': await forge({ ...rs, alg: 'PS256' }, { alg: 'PS256', typ: 'JWT', kid: rs.kid }),
    'no alg': await forge(es, { ...good, alg: undefined }),
    'alg in lower case': await forge(es, { ...good, alg: 'es256' }),
    'a stranger’s key': await forge(stranger, { ...good, kid: stranger.kid }),
    'a foreign key under our kid': await forge(stranger, good),
    'a foreign key in the header': await forge(stranger, { ...good, kid: stranger.kid, jwk: stranger.jwk }),
    'no kid': await forge(es, { ...good, kid: undefined }),
    'a kid that is not text': await forge(es, { ...good, kid: [es.kid] }),
    'a kid that every object has': await forge(es, { ...good, kid: '__proto__' }),
    'no typ': await forge(es, { ...good, typ: undefined }),
    'another typ': await forge(es, { ...good, typ: 'at+jwt' }),
    'a typ that is not text': await forge(es, { ...good, typ: ['JWT'] }),
    crit: await forge(es, { ...good, crit: ['exp'] }),
    b64: await forge(es, { ...good, b64: true }),
    'changed claims': `${head}.${encode({ ...claims, sub: 'mallory' })}.${signature}`,
    'a changed header': `${encode({ ...good, x: 1 })}.${body}.${signature}`,
    'a changed signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'a signature of zeros': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
    'stray bits in the signature': `${token.slice(0, -1)}${String.fromCharCode(token.charCodeAt(token.length - 1) + 1)}`,
    'a padded signature': `${token}==`,
    'two parts': `${head}.${body}`,
    'four parts': `${token}.${signature}`,
    'a leading space': ` ${token}`,
    'a line break at the end': `${token}\n`,
    'claims that are not an object': await forge(es, good, [claims]),
    'claims that are null': await forge(es, good, null),
    expired: await forge(es, good, { ...claims, exp: noon }),
    'from the future': await forge(es, good, { ...claims, nbf: noon + 3600 }),
    'of another issuer': await forge(es, good, { ...claims, iss: 'https://other.example' }),
    'too long': await forge(es, good, { ...claims, x: 'x'.repeat(13_000) }),
    'a long header': await forge(es, { ...good, x: 'x'.repeat(2000) }),
    empty: '',
  }
  for (const [name, forged] of Object.entries(refused)) assert.equal(await ring.verify(['JWT'], forged, noon), undefined, name)
})

test('a key that decrypts signs nothing, is replaced like others, and is published while it is active', async () => {
  const store = memoryKeyStore()
  let now = noon
  const ring = await openKeyring({ ...usual, store, algs: ['ES256'], decrypts: true, now: () => now })
  const enc = async () => ((await ring.jwks(now)).keys as { kid: string; use: string }[]).filter(({ use }) => use === 'enc')
  const [first] = await enc()
  const encrypted = async (kid: string, to: object) =>
    new CompactEncrypt(Buffer.from('text'))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', kid })
      .encrypt(await importJWK(to, 'ECDH-ES'))
  const before = await encrypted(first!.kid, first!)
  assert.equal(await ring.decrypt(before), 'text')

  await ring.rotate('ECDH-ES', { immediately: false })
  assert.deepEqual(await enc(), [first])
  now += 86_400
  const [second] = await enc()
  assert.notEqual(second!.kid, first!.kid)
  assert.equal(await ring.decrypt(before), 'text')
  assert.equal(await ring.decrypt(await encrypted(second!.kid, second!)), 'text')
  assert.equal(await ring.decrypt(await encrypted(second!.kid, first!)), undefined)
  assert.equal(await ring.revoke(first!.kid), true)
  assert.equal(await ring.decrypt(before), undefined)

  const forged = `${encode({ alg: 'ECDH-ES', typ: 'JWT', kid: second!.kid })}.${encode(claims)}.AAAA`
  assert.equal(await ring.verify(['JWT'], forged, noon), undefined)
  await assert.rejects(async () => signText({ alg: 'ECDH-ES', privateKey: (await makeKeyPair('ES256', 2048)).privateKey }, 'x'), RangeError)
  await assert.rejects(
    (await openKeyring({ ...usual, store, algs: ['ES256'], now: () => now })).rotate('ECDH-ES', { immediately: true }),
    RangeError,
  )
})

test('another tenant’s tokens are refused, and its rows do not open', async () => {
  const [ours, theirs] = [memoryKeyStore(), memoryKeyStore()]
  const ring = await open({ store: ours })
  const other = await open({ store: theirs, tenantId: 'other' })
  assert.equal(await ring.verify(['JWT'], await other.sign('ES256', 'JWT', claims), noon), undefined)
  await assert.rejects(open({ store: theirs, tenantId: 'tenant' }), Unsealable)
})

test('a row that was tampered with does not open', async () => {
  const store = memoryKeyStore()
  await (await open({ store, algs: ['ES256', 'RS256', 'PS256'] })).jwks(noon)
  const [es, rs] = [store.rows.find((row) => row.alg === 'ES256')!, store.rows.find((row) => row.alg === 'RS256')!]
  const tampered = [
    { ...es, kid: rs.kid },
    { ...es, sealedKey: rs.sealedKey },
    { ...rs, alg: 'PS256' as const },
    { ...es, kid: 'anything' },
  ]
  for (const row of tampered) {
    const tamperedStore = { ...store, signingKeys: { ...store.signingKeys, list: async () => [row] } }
    await assert.rejects(keyring({ ...usual, store: tamperedStore, algs: ['ES256'], now: () => noon }).publishes(row.kid), Unsealable)
  }
})

test('unknown kids make the store read once a second at most', async () => {
  const store = memoryKeyStore()
  let now = noon
  const ring = await openKeyring({
    reseal: async () => {},
    store,
    sealer: safe,
    tenantId: 't',
    issuer,
    algs: ['ES256'],
    rsaBits: 2048,
    now: () => now,
    reloadEvery: 60,
  })
  const strange = (ring: Keyring, i: number) => ring.verify(['JWT'], `${encode({ alg: 'ES256', typ: 'JWT', kid: `k${i}` })}.e30.c2ln`, now)
  now += 1
  const before = store.reads
  await Promise.all(Array.from({ length: 50 }, (_, i) => strange(ring, i)))
  assert.equal(store.reads, before + 1)
  for (let i = 0; i < 50; i++) await strange(ring, i)
  assert.equal(store.reads, before + 1)
  now += 1
  await strange(ring, 0)
  assert.equal(store.reads, before + 2)
})

test('concurrent uses of a missing first key create one', async () => {
  const store = memoryKeyStore()
  const { add } = store.signingKeys
  let tries = 0
  store.signingKeys.add = async (row, removeAt) => {
    tries++
    return add(row, removeAt)
  }
  const ring = await open({ store, algs: ['RS256'] })
  await Promise.all(Array.from({ length: 5 }, () => ring.sign('RS256', 'JWT', claims)))
  assert.equal(tries, 1)
})

test('a read that was overtaken by a later one is dropped', async () => {
  const store = memoryKeyStore()
  let now = noon
  const ring = await open({ store, now: () => now })
  const { list } = store.signingKeys
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  store.signingKeys.list = async () => {
    store.signingKeys.list = list
    const rows = await list()
    asked.resolve()
    await answer.promise
    return rows
  }
  now += 1
  const slow = ring.sign('ES256', 'JWT', claims)
  await asked.promise
  const kid = await ring.rotate('ES256', { immediately: true })
  answer.resolve()
  await slow
  const fresh = await ring.sign('ES256', 'JWT', claims)
  assert.equal(JSON.parse(Buffer.from(fresh.split('.')[0]!, 'base64url').toString()).kid, kid)
})

test('a clock that was set back does not keep old keys alive', async () => {
  const store = memoryKeyStore()
  let now = noon
  const ring = await open({ store, now: () => now })
  const token = await ring.sign('ES256', 'JWT', claims)
  now -= 3600
  const other = await open({ store, now: () => now })
  await other.revoke(store.rows[0]!.kid)
  assert.equal(await ring.verify(['JWT'], token, undefined), undefined)
})
