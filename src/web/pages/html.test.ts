import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { fill, html } from './html.ts'

function unescaped(text: string): string {
  const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!)
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '`', '=', '/', 'a', ';') }),
)

test('no text escapes from an element or an attribute, and the reader sees it unchanged', () => {
  fc.assert(
    fc.property(nasty, nasty, (text, attribute) => {
      const made = html`<p title="${attribute}" lang='${attribute}'>${text}</p>`.text
      const found = /^<p title="([^"<>]*)" lang='([^'<>]*)'>([^<>]*)<\/p>$/s.exec(made)
      assert.ok(found, made)
      assert.deepEqual(found.slice(1).map(unescaped), [attribute, attribute, text])
    }),
  )
})

test('markup is not escaped, lists are joined, undefined is omitted', () => {
  assert.equal(html`<b>${html`<i>${'<'}</i>`}</b>`.text, '<b><i>&lt;</i></b>')
  assert.equal(html`${['<', html`<br>`, [1, undefined]]}|${undefined}|${false}|${0}`.text, '&lt;<br>1|||0')
})

test('values are escaped in a sentence, which is itself text', () => {
  assert.equal(fill('<{a}> and {b} and {c}', { a: '&', b: html`<b>x</b>` }).text, '&lt;&amp;&gt; and <b>x</b> and {c}')
  assert.equal(fill('{a}', { a: '{b}', b: 'x' }).text, '{b}') // a value is never filled again
})

test('markup is made from constants only, and only in the tag itself and for style sheets and scripts', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )
  const makers = sources.filter((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8').includes('new Html('))
  assert.deepEqual(makers.sort(), ['html.ts', 'layout.ts', 'page-script.ts', 'passkey.ts'])
})
