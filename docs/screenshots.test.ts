/** The documents show pages that exist: each picture is of a page that the walk still reaches, and each page of the walk is shown. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { documents, root, textOf } from './documents.ts'
import { walk } from './pictures.ts'

const folder = join(root, 'docs/images')

test('every picture that a document shows is of a page that is still there, and no other is kept', { timeout: 120_000 }, async () => {
  const reached: string[] = []
  await walk(async (name) => {
    reached.push(`${name}.png`)
  })
  const shown = new Set(documents.flatMap((path) => Array.from(textOf(path).matchAll(/images\/([\w-]+\.png)/g), ([, name]) => name!)))
  assert.deepEqual([...shown].toSorted(), reached.toSorted())
  assert.deepEqual(readdirSync(folder).toSorted(), reached.toSorted(), 'take them anew: npm run docs:screenshots')
  for (const name of ['front-page', 'sign-in', 'consent', 'account'])
    assert.ok(textOf('README.md').includes(`docs/images/${name}.png`), `the README shows ${name}`)
})

test('pictures are small, and say in words what they show', () => {
  for (const name of readdirSync(folder)) {
    assert.equal(readFileSync(join(folder, name)).subarray(1, 4).toString(), 'PNG', name)
    assert.ok(statSync(join(folder, name)).size < 150_000, name)
  }
  const unnamed = documents.flatMap((path) => textOf(path).match(/!\[\]\(|<img (?![^>]*alt="[^"]+)[^>]*>/g) ?? [])
  assert.deepEqual(unnamed, [])
})
