import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OAuthError } from './errors.ts'
import { Params } from './params.ts'
import { isCleanText } from './text.ts'

const of = (query: string) => new Params(new URLSearchParams(query))

function refused(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof OAuthError)
    assert.equal(error.code, 'invalid_request')
    return error.description
  }
  return 'not refused'
}

test('a value is found by its name', () => {
  const params = of('a=1&b=x+y&c=%C3%A4')
  assert.equal(params.get('a'), '1')
  assert.equal(params.get('b'), 'x y')
  assert.equal(params.need('c'), 'ä')
  assert.equal(params.get('d'), undefined)
})

test('a parameter without a value counts as not sent', () => {
  const params = of('a=&b&a=1')
  assert.equal(params.get('a'), '1')
  assert.equal(params.get('b'), undefined)
  assert.equal(
    refused(() => params.need('b')),
    'b is missing',
  )
})

test('a parameter must not be sent twice, even with the same value', () => {
  const params = of('a=1&a=1')
  assert.equal(
    refused(() => params.get('a')),
    'a is repeated; send it once',
  )
  assert.equal(
    refused(() => params.need('a')),
    'a is repeated; send it once',
  )
  assert.equal(
    refused(() => params.words('a')),
    'a is repeated; send it once',
  )
  assert.deepEqual(params.all('a'), ['1', '1'])
})

test('point 13: NUL, terminal escapes and bidirectional controls are in no value', () => {
  for (const odd of ['%00', '%1b', '%7f', '%c2%9b', '%e2%80%ae']) {
    const params = of(`a=x${odd}y`)
    for (const read of [() => params.get('a'), () => params.words('a'), () => params.check(new Set())])
      assert.equal(refused(read), 'a has a character that is not allowed', odd)
  }
  for (const name of ['password', 'repeated', 'current']) {
    assert.equal(of(`${name}=a%07b`).get(name), 'a\u0007b', 'the rule for passwords says so beside the field')
    assert.equal(
      refused(() => of(`${name}=a%00b`).get(name)),
      `${name} has a character that is not allowed`,
    )
  }
  for (const name of ['code', 'recovery_code', 'otp', 'user_code', 'tx_code'])
    assert.equal(of(`${name}=%e2%80%aa12%e2%80%ac`).get(name), '12')
  assert.equal(of('a=two%0D%0Alines%09').get('a'), 'two\r\nlines\t')
})

test('point 14: parameters are few, and their names short', () => {
  const many = (n: number) => Array.from({ length: n }, (_, i): [string, string] => [`p${i}`, '1'])
  assert.equal(new Params(many(100)).entries().length, 100)
  assert.equal(
    refused(() => new Params(many(101))),
    'the request has more than 100 parameters; send fewer',
  )
  assert.equal(of(`${'n'.repeat(256)}=1`).entries().length, 1)
  assert.equal(
    refused(() => of(`${'n'.repeat(257)}=1`)),
    'a parameter name is longer than 256 characters',
  )
})

test('point 14: values are bounded, and stored ones more tightly', () => {
  for (const name of ['state', 'nonce', 'login_hint', 'acr_values', 'ui_locales', 'resource', 'audience', 'scope', 'redirect_uri']) {
    assert.equal(of(`${name}=${'x'.repeat(2048)}`).get(name)?.length, 2048)
    for (const read of ['get', 'words', 'several'] as const)
      assert.equal(
        refused(() => of(`${name}=${'x'.repeat(2049)}`)[read](name)),
        `${name} is longer than 2048 bytes`,
      )
  }
  assert.equal(of(`id_token_hint=${'x'.repeat(65_536)}`).get('id_token_hint')?.length, 65_536)
  assert.equal(
    refused(() => of(`id_token_hint=${'x'.repeat(65_537)}`).check(new Set())),
    'id_token_hint is longer than 65536 characters',
  )
})

test('point 14: lists are bounded', () => {
  const words = (n: number) => Array.from({ length: n }, (_, i) => i).join('+')
  assert.equal(of(`prompt=${words(100)}`).words('prompt').length, 100)
  assert.equal(
    refused(() => of(`prompt=${words(101)}`).words('prompt')),
    'prompt has more than 100 entries; send fewer',
  )
  const resources = (n: number) => Array.from({ length: n }, (_, i) => `resource=a:${i}`).join('&')
  assert.equal(of(resources(20)).several('resource').length, 20)
  for (const read of [() => of(resources(21)).several('resource'), () => of(resources(21)).check(new Set(['resource']))])
    assert.equal(refused(read), 'resource is sent more than 20 times; send fewer')
})

const lists: [sent: string, words: string[]][] = [
  ['openid', ['openid']],
  ['openid  email ', ['openid', 'email']],
  [' ', []],
  ['b a b', ['b', 'a']],
  ['a\tb', ['a\tb']],
]

for (const [sent, words] of lists) {
  test(`${JSON.stringify(sent)} is ${words.length} word(s)`, () => assert.deepEqual(new Params([['scope', sent]]).words('scope'), words))
}

test('the whole request is checked, except for parameters that may be repeated', () => {
  of('a=1&b=2&c=').check(new Set())
  of('resource=1&resource=2').check(new Set(['resource']))
  assert.equal(
    refused(() => of('resource=1&resource=2').check(new Set())),
    'resource is repeated; send it once',
  )
  assert.equal(
    refused(() => of('unknown=1&unknown=2').check(new Set())),
    'unknown is repeated; send it once',
  )
})

test('a name that is unsafe in a response is not written into one', () => {
  for (const name of ['a"b', 'ä', '<script>', 'a b', 'x'.repeat(65)]) {
    const params = new Params([
      [name, '1'],
      [name, '2'],
    ])
    assert.equal(
      refused(() => params.check(new Set())),
      'a parameter is repeated; send each once',
    )
  }
})

test('names of members of Object.prototype are ordinary names', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    assert.equal(of('a=1').get(name), undefined)
    assert.equal(of(`${name}=x`).get(name), 'x')
  }
})

test('no value is lost, invented or mistaken for another', () => {
  const pairs = fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.string({ maxLength: 5 })))
  fc.assert(
    fc.property(pairs, (sent) => {
      const params = new Params(sent)
      const kept = sent.filter(([, value]) => value !== '')
      for (const [name] of sent)
        assert.deepEqual(
          params.all(name),
          kept.filter(([n]) => n === name).map(([, value]) => value),
        )
      assert.equal(params.entries().length, kept.length)
      for (const [name, [first, ...more]] of Object.entries(Object.groupBy(kept, ([n]) => n)) as [string, [string, string][]][]) {
        if (more.length === 0 && isCleanText(first![1])) assert.equal(params.get(name), first![1])
      }
    }),
  )
})

test('whatever is refused, the description has only the characters of RFC 6749 §5.2', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string())), (sent) => {
      assert.match(
        refused(() => new Params([...sent, ...sent]).check(new Set())),
        /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/,
      )
    }),
  )
})
