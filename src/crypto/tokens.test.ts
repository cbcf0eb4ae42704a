import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { isOpaque } from '../protocol/codec/opaque.ts'
import type { TokenKind } from '../protocol/token-kind.ts'
import { importedSecrets } from './imported-secrets.ts'
import { type Installation, unlock } from './installation.ts'
import { sealer } from './seal.ts'
import { tokens } from './tokens.ts'

function installation(): Promise<Installation> {
  const store = { find: async () => undefined, first: async () => true, reseal: async () => true, hasData: async () => false }
  return unlock(store, sealer([randomBytes(32)], randomBytes), randomBytes)
}
const gatehouse = await installation()
const imported = importedSecrets({ random: randomBytes, now: () => 0 })
const ours = tokens(gatehouse.keys('ours'), randomBytes, imported)
const kinds: TokenKind[] = ['rt', 'ac', 'cs', 'ss', 'br', 'fl', 'ak']

test('a token has one hash, and only as its own kind', () => {
  for (const kind of kinds) {
    const text = ours.make(kind)
    assert.match(ours.hash(kind, text)!, /^[A-Za-z0-9_-]{43}$/)
    assert.equal(ours.hash(kind, text), ours.hash(kind, text))
    for (const other of kinds.filter((k) => k !== kind)) assert.equal(ours.hash(other, text), undefined)
    assert.notEqual(ours.make(kind), text)
  }
})

test('codes that people type are read from any keyboard', async () => {
  const fullWidth = (text: string) => text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
  const code = ours.userCode()
  assert.equal(ours.hashUserCode(fullWidth(code.toLowerCase())), ours.hashUserCode(code))
  assert.ok(ours.hashUserCode(code))
  const digits = ours.txCode()
  assert.equal(ours.hashTxCode('offer', fullWidth(` ${digits}`)), ours.hashTxCode('offer', digits))
  assert.ok(ours.hashTxCode('offer', digits))
})

test('a code that was never shown has no hash', () => {
  for (const wrong of ['', 'BCDF-GHJ', 'BCDF-GHJKL', 'ABCD-FGHJ', 'BCDF-GHJ1']) assert.equal(ours.hashUserCode(wrong), undefined, wrong)
  for (const wrong of ['', '12345', '1234567', '12345a']) assert.equal(ours.hashTxCode('offer', wrong), undefined, wrong)
})

test('invalid text has no hash', () => {
  const text = ours.make('rt')
  for (const wrong of ['', 'x', text.slice(0, -1), `${text}0`, text.replace('gth', 'abc'), text.toLowerCase()])
    assert.equal(ours.hash('rt', wrong), undefined)
})

test('another tenant, installation or kind has another hash for the same text', async () => {
  const text = ours.make('cs')
  const theirs = tokens(gatehouse.keys('theirs'), randomBytes, imported)
  const elsewhere = tokens((await installation()).keys('ours'), randomBytes, imported)
  const hashes = [ours.hash('cs', text), theirs.hash('cs', text), elsewhere.hash('cs', text)]
  assert.equal(new Set(hashes).size, 3)
  assert.notEqual(theirs.successor(text), ours.successor(text))
  assert.notEqual(elsewhere.successor(text), ours.successor(text))
  const refresh = ours.make('rt')
  assert.notEqual(ours.hashSecret(refresh), ours.hash('rt', refresh)) // the kind is in the hash
})

test('a refresh token has one successor, always the same, which no other token has', () => {
  const [a, b] = [ours.make('rt'), ours.make('rt')]
  assert.equal(isOpaque('rt', ours.successor(a)), true)
  assert.equal(ours.successor(a), ours.successor(a))
  assert.notEqual(ours.successor(a), ours.successor(b))
  assert.notEqual(ours.successor(ours.successor(a)), ours.successor(a))
  assert.notEqual(ours.successor(a), a)
})

test('a secret matches any of the stored hashes, whether chosen or generated', () => {
  const made = ours.make('cs')
  const [kept, other] = [ours.hashSecret('chosen: päss'), ours.hashSecret('other')]
  assert.equal(ours.hashSecret(made), ours.hash('cs', made))
  assert.equal(ours.matchesSecret('chosen: päss', [kept]), true)
  assert.equal(ours.matchesSecret('chosen: päss', [kept, other]), true)
  assert.equal(ours.matchesSecret('chosen: päss', [other, kept]), true)
  assert.equal(ours.matchesSecret('wrong', [other, kept]), false)
  assert.equal(tokens(gatehouse.keys('theirs'), randomBytes, imported).matchesSecret('other', [other]), false)
})

test('a user code is of the first 240 values of a byte alone, so that each letter is as likely as every other', () => {
  const all = (from: number) => (n: number) => Uint8Array.from({ length: n }, (_, i) => (from + i) % 256)
  const code = (from: number) => tokens(gatehouse.keys('ours'), all(from), imported).userCode()
  assert.deepEqual([code(0), code(232), code(236)], ['BCDF-GHJK', 'QRST-VWXZ', 'VWXZ-VWXZ'])
})

test('nothing matches nothing', () => {
  for (const secret of ['', '!'.repeat(43), ours.make('cs')])
    for (const kept of [undefined, []]) assert.equal(ours.matchesSecret(secret, kept), false)
})

test('a secret that was hashed elsewhere matches too, alongside ours', async () => {
  const bcrypt = '$2b$04$zBl01fyKi2DUkFci9mPu/uDI1G1uwkxHVMNisNq4PE3CXaAx4WwkC' // of "imported secret"
  const django = 'pbkdf2_sha256$1000$salt$p8vQ9ilsYkX+ZhAN5fWHC7I7XSatjnI9jyIsJULZ8Fk=' // of "another"
  const own = ours.hashSecret('own')
  assert.equal(ours.matchesSecret('own', [bcrypt, own]), true, 'nothing slow for ours')
  assert.equal(await ours.matchesSecret('imported secret', [own, bcrypt]), true)
  assert.equal(ours.matchesSecret('imported secret', [own, bcrypt]), true, 'at once, as long as it is remembered')
  assert.equal(await ours.matchesSecret('another', [bcrypt, own, django]), true)
  assert.equal(await ours.matchesSecret('wrong', [bcrypt, own, django]), false)
  assert.equal(await ours.matchesSecret(bcrypt, [bcrypt]), false)
})

test('what was issued and stored by an earlier version is known again: each is derived as ever', async () => {
  const sevens = (bytes: number) => Buffer.alloc(bytes, 7)
  const store = { find: async () => undefined, first: async () => true, reseal: async () => true, hasData: async () => false }
  const { keys } = await unlock(store, sealer([sevens(32)], randomBytes), sevens)
  const fixed = tokens(keys('t'), sevens, imported)
  const refreshToken = fixed.make('rt')
  const signing = fixed.newSecret(true)
  const derived = {
    hash: fixed.hash('rt', refreshToken),
    successor: fixed.successor(refreshToken),
    userCode: fixed.hashUserCode('BCDF-GHJK'),
    preAuthorizedCode: fixed.preAuthorizedCode('offer'),
    txCode: fixed.hashTxCode('offer', '123456'),
    pairwise: fixed.pairwise('app.example', 'subject'),
    pseudonym: fixed.pseudonym('text'),
    secret: fixed.hashSecret('secret'),
    signingSecret: signing.text,
    storedSigningSecret: signing.stored,
    accessToken: fixed.sealAccessToken({ iat: 7200 }),
    nonce: fixed.nonce('dpop', 7200),
  }
  assert.deepEqual(derived, {
    hash: 'xrNygdYHjGv2jQjfhI5fmSEFOvGR_6b9LZaWjNWf2UE',
    successor: 'gth_rt_tYCcLCOWI04szabcB7hY4GbcLC8XG5kli006lmICsz94Zty28',
    userCode: 'v3KrgFUWBCO6IG-eFTZfaFyX_9a84Aw2I1ymvdPB-M0',
    preAuthorizedCode: 'gth_pa_RVd5ljxTYMpEJTh147nolDetpSIxSY4IqyBQM2JJbzX0GX3KV',
    txCode: '8HlMsBYoFS6rlWHlx5inqfHVxlIgoVhCXjIhMbssdDM',
    pairwise: 'rfmQzoiWR_lENnUq2yovTToChpP-Qf0lnqAULB5OP74',
    pseudonym: 'DtE-szsu7td9S_extZ_p7V9gK5MN_Eyus55GQyzQmv8',
    secret: 'T-6ItsJ4C0FQZjKofes43rJskecyknSQk4otnTqJ7UY',
    signingSecret: 'gth_cs_sBSQhZA3MlwsI5C5TEMTBIcmG93dORk9hVtZnGRrn2Z0Dl31T',
    storedSigningSecret: 'derived:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc',
    accessToken: 'gth_at_AAAAAgcHBwcHBwcHBwcHB83LoiicAPY_DAEanNhhh-JWpDQ7sdRq0PZIdLQ',
    nonce: 'DtE8MoWq6ZOJd762-rdlogPn_GNDUPtpMQ3JQI3SP4Q',
  })
})
