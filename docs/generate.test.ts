import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { settings } from '../src/config/settings.ts'
import { pages } from './generate.ts'

const generated = await pages()

const folder = join(import.meta.dirname, 'reference')

for (const [name, text] of Object.entries(generated)) {
  test(`${name} says what the sources say`, () => {
    assert.equal(readFileSync(join(folder, name), 'utf8'), text, 'run "npm run docs"')
  })
}

test('there is no page that nothing makes', () => {
  const byTheSuite = 'comparison.md'
  assert.deepEqual(readdirSync(folder).sort(), [...Object.keys(generated), byTheSuite].sort())
})

test('every setting is explained', () => {
  const unexplained = generated['configuration.md']?.match(/<br>`GATEHOUSE_\w+` \| \./g)
  assert.equal(unexplained ?? undefined, undefined)
})

const root = join(import.meta.dirname, '..')
const folders = ['docs/guide', 'docs/decisions', 'deploy']
const written = [...folders.flatMap((path) => readdirSync(join(root, path)).map((name) => join(path, name))), 'README.md']

for (const path of written) {
  test(`every variable that ${path} names is a setting`, () => {
    const known = new Set(['GATEHOUSE_CONFIG', ...settings.map(({ variable }) => variable)])
    const named = readFileSync(join(root, path), 'utf8').match(/\bGATEHOUSE_[A-Z_]+[A-Z]\b/g) ?? []
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    )
  })
}
