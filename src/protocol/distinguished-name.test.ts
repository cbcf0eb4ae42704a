import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isName, type NameAttribute, parseDistinguishedName } from './distinguished-name.ts'

const cn = '2.5.4.3'
const o = '2.5.4.10'
const c = '2.5.4.6'
const a = (type: string, text: string | undefined, der = '00'): NameAttribute => ({ type, text, der })

suite('a distinguished name is read from text — RFC 4514', () => {
  const read: [text: string, names: object[][]][] = [
    [
      'CN=Steve Kille,O=Isode Limited,C=GB',
      [[{ type: c, text: 'GB' }], [{ type: o, text: 'Isode Limited' }], [{ type: cn, text: 'Steve Kille' }]],
    ],
    [
      'OU=Sales+CN=J.  Smith',
      [
        [
          { type: '2.5.4.11', text: 'Sales' },
          { type: cn, text: 'J.  Smith' },
        ],
      ],
    ],
    ['CN=James \\"Jim\\" Smith\\, III', [[{ type: cn, text: 'James "Jim" Smith, III' }]]],
    ['CN=Before\\0dAfter', [[{ type: cn, text: 'Before\rAfter' }]]],
    ['CN=Lu\\C4\\8Di\\C4\\87', [[{ type: cn, text: 'Lučić' }]]],
    ['CN=Lučić', [[{ type: cn, text: 'Lučić' }]]],
    ['1.3.6.1.4.1.1466.0=#04024869', [[{ type: '1.3.6.1.4.1.1466.0', der: '04024869' }]]],
    ['cn=a, o = b ', [[{ type: o, text: 'b' }], [{ type: cn, text: 'a' }]]],
    ['CN=\\ a\\ ', [[{ type: cn, text: ' a ' }]]],
    ['CN=\\#a', [[{ type: cn, text: '#a' }]]],
    ['CN=a=b', [[{ type: cn, text: 'a=b' }]]],
    ['CN=', [[{ type: cn, text: '' }]]],
    ['2.5.4.97=PSDGB-FCA-1', [[{ type: '2.5.4.97', text: 'PSDGB-FCA-1' }]]],
    ['organizationIdentifier=PSDGB-FCA-1', [[{ type: '2.5.4.97', text: 'PSDGB-FCA-1' }]]],
  ]
  for (const [text, names] of read) test(text, () => assert.deepEqual(parseDistinguishedName(text), names))

  const refused = [
    '',
    ' ',
    'a',
    '=a',
    'CN',
    'CN=a,',
    'CN=a+',
    ',CN=a',
    'CN=a;O=b',
    'CN="a"',
    'CN=#a',
    'CN=#zz',
    'CN=a\\',
    'CN=a\\x',
    'CN=\\ff',
    'CN=a\0',
    'XX=a',
    '/CN=a',
    'CN=a<b',
    '1=a',
    'toString=a',
  ] // prettier-ignore
  for (const text of refused) test(`not ${JSON.stringify(text)}`, () => assert.equal(parseDistinguishedName(text), undefined))

  const words = {
    CN: '2.5.4.3',
    SN: '2.5.4.4',
    serialNumber: '2.5.4.5',
    C: '2.5.4.6',
    L: '2.5.4.7',
    ST: '2.5.4.8',
    STREET: '2.5.4.9',
    O: '2.5.4.10',
    OU: '2.5.4.11',
    title: '2.5.4.12',
    businessCategory: '2.5.4.15',
    postalCode: '2.5.4.17',
    givenName: '2.5.4.42',
    dnQualifier: '2.5.4.46',
    organizationIdentifier: '2.5.4.97',
    UID: '0.9.2342.19200300.100.1.1',
    DC: '0.9.2342.19200300.100.1.25',
    emailAddress: '1.2.840.113549.1.9.1',
    jurisdictionL: '1.3.6.1.4.1.311.60.2.1.1',
    jurisdictionST: '1.3.6.1.4.1.311.60.2.1.2',
    jurisdictionC: '1.3.6.1.4.1.311.60.2.1.3',
  }
  test('every word stands for its object identifier', () => {
    for (const [word, type] of Object.entries(words)) assert.deepEqual(parseDistinguishedName(`${word}=a`), [[{ type, text: 'a' }]], word)
  })

  test('a long value of spaces takes no longer than any other', () => {
    assert.notEqual(parseDistinguishedName(`CN=a${' '.repeat(1990)}`), undefined)
    assert.equal(parseDistinguishedName(`CN=a${' '.repeat(1990)};`), undefined)
  })
})

suite('a subject has an expected name — RFC 5280 §7.1', () => {
  const subject = [[a(c, 'GB')], [a(o, 'Isode Limited')], [a(cn, 'Steve Kille', '0c0b')]]
  const cases: [text: string, same: boolean][] = [
    ['CN=Steve Kille,O=Isode Limited,C=GB', true],
    ['cn=STEVE  kille, o=isode limited ,c=gb', true],
    ['CN=#0C0B,O=Isode Limited,C=GB', true],
    ['CN=#0c0c,O=Isode Limited,C=GB', false],
    ['C=GB,O=Isode Limited,CN=Steve Kille', false],
    ['CN=Steve Kille,O=Isode Limited', false],
    ['O=Isode Limited,C=GB', false],
    ['CN=Steve Kille', false],
    ['CN=Steve Kille,O=Isode Limited,C=GB,DC=example', false],
    ['CN=SteveKille,O=Isode Limited,C=GB', false],
    ['CN=Steve Kille+O=Isode Limited,C=GB', false],
    ['SN=Steve Kille,O=Isode Limited,C=GB', false],
    ['CN=Steve Kille\\,O\\=Isode Limited,C=GB', false],
  ]
  for (const [text, same] of cases) test(`${text}: ${same}`, () => assert.equal(isName(parseDistinguishedName(text) ?? [], subject), same))

  test('the attributes of one relative name are a set', () => {
    const set = [[a(o, 'b'), a(cn, 'a')]]
    for (const [text, same] of [
      ['CN=a+O=b', true],
      ['O=b+CN=a', true],
      ['CN=a', false],
      ['CN=a+O=b+O=b', false],
      ['CN=a+CN=a', false],
      ['CN=a,O=b', false],
    ] as const)
      assert.equal(isName(parseDistinguishedName(text) ?? [], set), same, text)
  })

  test('a value is not taken for the separator that it holds', () => {
    const injected = [[a(cn, 'robot,O=Bank')]]
    assert.equal(isName(parseDistinguishedName('CN=robot,O=Bank') ?? [], injected), false)
    assert.equal(isName(parseDistinguishedName('CN=robot\\,O=Bank') ?? [], injected), true)
  })

  test('what is no text equals no text', () => {
    assert.equal(isName(parseDistinguishedName('CN=') ?? [], [[a(cn, undefined)]]), false)
    assert.equal(isName(parseDistinguishedName('CN=undefined') ?? [], [[a(cn, undefined)]]), false)
  })

  test('an empty subject has no name', () => assert.equal(isName(parseDistinguishedName('CN=a') ?? [], []), false))

  test('letters that Unicode holds to be the same are', () => {
    assert.equal(isName(parseDistinguishedName('CN=\\C3\\84gid') ?? [], [[a(cn, 'A\u0308GID')]]), true)
  })
})
