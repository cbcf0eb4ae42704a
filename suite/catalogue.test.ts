/** The form of checks. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { catalogue, select } from './src/catalogue.ts'
import { specificationOf } from './src/check.ts'

const all = await catalogue()
const sources = globSync('{src,checks}/**/*.ts', { cwd: import.meta.dirname }).map((path) => ({
  path,
  text: readFileSync(join(import.meta.dirname, path), 'utf8'),
}))

test('a check lies in the folder of its specification, and cites a section of it', () => {
  for (const check of all) {
    assert.match(
      check.clause,
      /^(?:RFC \d{4}|OpenID (?:Connect|Federation|for)[\w -]*|OAuth (?:2\.0|Client ID) [\w ]+|MCP Authorization) §(?:[A-Z]|\d+)(?:\.\d+)*$/,
      check.id,
    )
    const folder = specificationOf(check)
      .toLowerCase()
      .replace(/^rfc /, 'rfc')
      .replace(/[^a-z\d]+/g, '-')
    assert.equal(check.id.split('/')[0], folder, check.id)
  }
})

test('a title is one sentence that no other check has', () => {
  for (const { id, title } of all) assert.match(title, /^[A-Za-z"][^\n]{14,160}[^.]$/, id)
  assert.equal(new Set(all.map(({ title }) => title)).size, all.length)
})

test('a check can be read at one glance', () => {
  const long = sources.filter(({ path, text }) => text.split('\n').length > (path.startsWith('checks') ? 65 : 300))
  assert.deepEqual(
    long.map(({ path }) => path),
    [],
  )
})

test('checks are found by parts of their id, and by specification however it is written', () => {
  assert.deepEqual(
    select(all, { only: ['rfc6749/code-is-used-once'] }).map(({ id }) => id),
    ['rfc6749/code-is-used-once'],
  )
  const bySpec = (name: string) => select(all, { spec: [name] }).length
  assert.ok(bySpec('RFC 7636') > 3 && bySpec('RFC 7636') === bySpec('rfc7636'))
  assert.equal(bySpec('openid connect core'), bySpec('OpenID Connect Core'))
})

test('nothing of the server is imported', () => {
  const own = /from '(?!\.\.?\/|node:|commander|jose|cheerio|tough-cookie|yaml|zod)|from '(?:\.\.\/){3,}|import\('(?!selfsigned|\.\/)/
  assert.deepEqual(
    sources.filter(({ text }) => own.test(text.replace(/import\(name\)/g, ''))).map(({ path }) => path),
    [],
  )
})
