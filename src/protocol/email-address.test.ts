/** Email addresses by HTML's rule, and one spelling for each domain. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emailAddress, withAsciiDomain } from './email-address.ts'

const accepted: [typed: string, stored?: string][] = [
  ['ada@example.com'],
  ['ada@localhost'],
  ["o'hara+shop/1@mail.example"],
  ['.ada..b.@example.com'],
  ['a!#$%&*=?^_`{|}~-b@1.example'],
  ['Ada@EXAMPLE.com'],
  ['ada@münchen.example', 'ada@xn--mnchen-3ya.example'],
  ['ada@MÜNCHEN.example', 'ada@xn--mnchen-3ya.example'],
  ['ada@mu\u0308nchen.example', 'ada@xn--mnchen-3ya.example'],
  ['ada@xn--mnchen-3ya.example'],
  ['ada@例え.テスト', 'ada@xn--r8jz45g.xn--zckzah'],
]
for (const [typed, stored = typed] of accepted)
  test(`${typed} is stored as ${stored}`, () => assert.equal(emailAddress().parse(typed), stored))

const refused = [
  ...['', 'ada', 'ada@', '@example.com', 'a b@example.com', 'ada@exa mple.com', 'ada@-example.com', 'ada@example-.com', 'ada@example..com'],
  ...['ada@example.com.', 'ada@@example.com', 'ada@exa_mple.com', 'ada@[127.0.0.1]', '"a b"@example.com', 'ädä@example.com', 'ada@xn--a.ü'],
  ...[
    'ada@ü/x',
    `ada@${'a'.repeat(64)}.com`,
    `${'a'.repeat(250)}@b.c`,
    `ada@${'ü.'.repeat(100)}com`,
    'ada@example.com\n',
    'ada\0@example.com',
  ],
]
for (const text of refused)
  test(`${JSON.stringify(text).slice(0, 40)} is refused`, () =>
    assert.match(String(emailAddress().safeParse(text).error?.issues[0]?.message), /./))

test('any other text is left as it is', () => {
  for (const text of ['ada', 'ü', 'a@b/ü', 'a@ü?x', '@', 'x@\u202eü']) assert.equal(withAsciiDomain(text), text)
})
