/** Codes as people type them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typedCode } from './typed-code.ts'

const typed: [text: string, code: string][] = [
  ['123 456', '123456'],
  ['123-456', '123456'],
  ['123\u2011456', '123456'],
  ['\uff11\uff12\uff13\uff14\uff15\uff16', '123456'],
  ['\u0660\u0661\u0662\u0667\u0668\u0669', '012789'],
  ['\u06f0\u06f1\u06f2\u06f7\u06f8\u06f9', '012789'],
  ['\u0966\u096f\u09e6\u09ef\u0e50\u0e59', '090909'],
  ['\u{1d7ce}\u{1d7d7}\u{1d7d8}\u{1d7ff}\u{1e950}\u{1e959}', '090909'],
  ['\u200e123\u200b4\u00ad5\ufeff6\u202c', '123456'],
  ['1\ufe0f\u20e32\ufe0f\u20e3', '12'],
  ['\u00a012\u202f34\u300056', '123456'],
  ['ABCD-\uff25fgh', 'ABCDEfgh'],
  ['12.34', '12.34'],
  ['½', '1⁄2'],
]
for (const [text, code] of typed)
  test(`${JSON.stringify(text)} is ${code}`, () => {
    assert.equal(typedCode(text), code)
    assert.equal(typedCode(code), code)
  })

test('the digits of every script that is in use', () => {
  const systems = Intl.supportedValuesOf('numberingSystem').filter((name) => {
    const zero = new Intl.NumberFormat(`en-u-nu-${name}`).format(0)
    return /^\p{Nd}$/u.test(zero)
  })
  assert.ok(systems.length > 30)
  for (const name of systems) {
    const format = new Intl.NumberFormat(`en-u-nu-${name}`, { useGrouping: false })
    assert.equal(typedCode(format.format(1_234_567_890)), '1234567890', name)
  }
})
