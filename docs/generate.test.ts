import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pages } from './generate.ts'

const folder = join(import.meta.dirname, 'reference')

for (const [name, text] of Object.entries(pages())) {
  test(`${name} says what the sources say`, () => {
    assert.equal(readFileSync(join(folder, name), 'utf8'), text, 'run "npm run docs"')
  })
}

test('there is no page that nothing makes', () => {
  assert.deepEqual(readdirSync(folder).sort(), Object.keys(pages()).sort())
})

test('every setting is explained', () => {
  const unexplained = pages()['configuration.md']?.match(/<br>`GATEHOUSE_\w+` \| \./g)
  assert.equal(unexplained ?? undefined, undefined)
})
