/** The guide to credentials shows pages that exist: each picture is of a page that the walk still reaches, and each page of the walk is shown. */
import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { folder, walk } from './credential-pictures.ts'
import { textOf } from './documents.ts'

test('the pictures of an offer are of pages that are still there, at each width and in both colour schemes', {
  timeout: 120_000,
}, async () => {
  const reached: string[] = []
  await walk(async (name, page) => {
    for (const id of ['#open-wallet', '#tx-code', '#next']) assert.ok(await page.locator(id).isVisible(), `${name} ${id}`)
    const [scan, open] = await Promise.all(['#scan', '#open-wallet'].map((id) => page.locator(id).boundingBox()))
    assert.equal(open!.y < scan!.y, name.includes('phone'), 'on a phone, the link to the wallet comes first')
    reached.push(`${name}.png`)
  })
  const shown = Array.from(textOf('docs/guide/credentials.md').matchAll(/pictures\/([\w-]+\.png)/g), ([, name]) => name)
  assert.deepEqual(shown.toSorted(), reached.toSorted())
  assert.deepEqual(readdirSync(folder).toSorted(), reached.toSorted(), 'take them anew: npm run docs:screenshots')
  for (const name of reached) assert.ok(statSync(join(folder, name)).size < 150_000, name)
})
