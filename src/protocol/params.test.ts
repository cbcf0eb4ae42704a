import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OAuthError } from './errors.ts'
import { Params } from './params.ts'

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

test('a value is got by its name', () => {
  const params = of('a=1&b=x+y&c=%C3%A4')
  assert.equal(params.get('a'), '1')
  assert.equal(params.get('b'), 'x y')
  assert.equal(params.need('c'), 'ä')
  assert.equal(params.get('d'), undefined)
})

test('without a value it counts as not sent', () => {
  const params = of('a=&b&a=1')
  assert.equal(params.get('a'), '1')
  assert.equal(params.get('b'), undefined)
  assert.equal(
    refused(() => params.need('b')),
    'b is missing',
  )
})

test('it must not be sent twice, not even with the same value', () => {
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

test('NUL is in no value', () => {
  assert.equal(
    refused(() => of('a=x%00y').get('a')),
    'a has a character that is not allowed',
  )
  assert.equal(
    refused(() => of('a=x%00y').check(new Set())),
    'a has a character that is not allowed',
  )
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

test('the whole request is checked, but for what may be repeated', () => {
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

test('a name that is unfit for an answer is not written into one', () => {
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

test('names of the language itself are only names', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    assert.equal(of('a=1').get(name), undefined)
    assert.equal(of(`${name}=x`).get(name), 'x')
  }
})

test('no value is lost or made up, and none is taken for another', () => {
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
        if (more.length === 0 && !first![1].includes('\0')) assert.equal(params.get(name), first![1])
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
