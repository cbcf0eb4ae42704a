/** What the page says that asks for consent — OpenID Connect Core §3.1.2.4, RFC 9396 §3. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Application, Pages } from '../../protocol/request-reply.ts'
import { renderPage } from './pages.ts'

const app: Application = { name: 'App', clientUri: undefined, logoUri: undefined, policyUri: undefined, tosUri: undefined }
const known = { description: '', known: true, api: undefined }
const asked: [name: string, data: Partial<Pages['consent']>, says: RegExp, not: RegExp | undefined][] = [
  ['nothing', {}, /It asks for nothing except that you sign in/, /able to|Already allowed|exactly this/],
  ['who one is', { scopes: [{ ...known, name: 'email', known: false }] }, /able to Who you are email You/, /Already|Your data|nothing/],
  ['data', { scopes: [{ ...known, name: 'files' }] }, /Already allowed Your data files You/, /able to|Who you are|nothing/],
  ['data of an API', { scopes: [{ ...known, name: 'a:write', api: 'Bank' }] }, /allowed Bank a:write can change it You/, /Your data/],
  ['a detail', { details: [{ ...detail('pay'), known: false }] }, /It asks you to allow exactly this pay You/, /already|nothing/],
  ['a known detail', { details: [detail('pay')] }, /You have allowed exactly this already pay You/, /It asks you to allow|nothing/],
  [
    'a known detail to be asked for each time',
    { details: [{ ...detail('pay'), eachTime: true }] },
    /asks you to allow exactly this pay/,
    /already/,
  ],
  [
    'two',
    { details: [detail('a'), { ...detail('b'), known: false }] },
    /to allow exactly this b You have allowed exactly this already a You/,
    undefined,
  ],
  ['a web site', { to: 'https://a.example:8443/cb' }, /You will return to a\.example:8443 ,/, undefined],
  ['a policy', { application: { ...app, policyUri: 'https://a.example/p' } }, /answer\. Privacy policy \(opens in a new tab\) /, /Terms/],
  ['terms', { application: { ...app, tosUri: 'https://a.example/t' } }, /answer\. Terms of service/, /Privacy/],
  ['an app', { to: 'com.example.app:/cb' }, /You will return to App , which learns/, undefined],
  [
    'a device',
    { comparison: { kind: 'code', code: 'WDJB', address: '192.0.2.1' } },
    /show this code\? WDJB The request came from 192\.0\.2\.1/,
    /return to/,
  ],
  [
    'a message',
    { comparison: { kind: 'message', message: 'W4', address: '192.0.2.1' } },
    /told this text\? W4 .* This was not me/,
    /waits/,
  ],
  [
    'no message',
    { comparison: { kind: 'message', message: undefined, address: '192.0.2.1' } },
    /waits for your answer .* This was not me/,
    /told/,
  ],
]
function detail(title: string) {
  return { title, api: undefined, lines: [], detail: title, known: true, eachTime: false }
}
for (const [name, data, says, not] of asked)
  test(`consent says what is asked for: ${name}`, () => {
    const shown = { flow: 'f', application: app, person: { sid: 's', name: 'Ada', detail: undefined }, scopes: [], unproven: false }
    const look = { tenant: 'Acme', base: '', nonce: 'x', recovery: false, signUp: false, account: false }
    const { html } = renderPage({ page: 'consent', data: { ...shown, to: 'https://app.example/cb', ...data } }, look)
    const text = html
      .replace(/<style.*?<\/style>|<button id="(?:allow|deny)".*?<\/button>|<wbr>/gs, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
    assert.match(text, says)
    assert.doesNotMatch(html, / (?:id|aria-labelledby)=""/)
    if (not) assert.doesNotMatch(text, not)
  })
