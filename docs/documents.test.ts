/** What documents name exists: linked files and headings, source files, settings, error messages. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { test } from 'node:test'
import { settings } from '../src/config/settings.ts'
import { claimSources } from '../src/protocol/claim-sources.ts'
import { refusals } from '../test/sources.ts'
import { documents, proseOf, root, textOf } from './documents.ts'

for (const path of documents) {
  test(`${path} links to files and headings that exist`, () => {
    const links = [...textOf(path).matchAll(/\]\(((?!https?:)[^)]*)\)/g)].map(([, target]) => target as string)
    assert.deepEqual(
      links.filter((target) => !leadsSomewhere(path, target)),
      [],
    )
  })

  test(`${path} names source files that exist`, () => {
    const named = textOf(path).match(/(?<=`)(?:src|test|bench|docs|examples|packages|deploy)\/[\w./-]*(?=`)/g) ?? []
    assert.deepEqual(
      named.filter((file) => !existsSync(join(root, file)) && !/NAME|\/dist$/.test(file)),
      [],
    )
  })

  test(`${path} names settings that exist`, () => {
    const known = settings.map((setting) => setting.path)
    const groups = new Set(known.filter((name) => name.includes('.')).map((name) => name.split('.')[0]))
    const isKnown = (name: string) => known.some((one) => one === name || one.startsWith(`${name}.`))
    const isOther = (name: string) => /\.(?:ts|md|json|yaml)$/.test(name) || claimSources.safeParse({ claim: name }).success
    const named = [...textOf(path).matchAll(/(?<=`)([a-z_]+)\.[a-zA-Z_.]+(?=[:`])/g)].filter(([, group]) => groups.has(group))
    assert.deepEqual(
      named.map(([name]) => name).filter((name) => !isKnown(name) && !isOther(name)),
      [],
    )
  })

  test(`${path} has no metaphors`, () => {
    assert.deepEqual(
      proseOf(path).match(/\b(?:house|door|doors|rooms?|whoever|mailroom|errands?|by (?:it|them)sel(?:f|ves))\b/gi) ?? [],
      [],
    )
  })
}

test('the index of the guides lists each of them', () => {
  const guides = documents.filter((path) => path.startsWith('docs/guide/') && path !== 'docs/guide/README.md')
  const index = textOf('docs/guide/README.md')
  assert.ok(guides.length > 10)
  assert.deepEqual(
    guides.filter((path) => !index.includes(`](${posix.basename(path)})`)),
    [],
  )
})

test('the error messages of the guide for applications are those of the server', () => {
  const [, table = ''] = textOf('docs/guide/applications.md').split('| Symptom |')
  const quoted = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, message]) => message as string)
  assert.ok(quoted.length >= 3)
  assert.deepEqual(
    quoted.filter((message) => !refusals.some(({ text }) => text.startsWith(message))),
    [],
  )
})

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : posix.join(dirname(from), file)
  if (!existsSync(join(root, path))) return false
  return anchor === undefined || anchorsOf(path).includes(anchor)
}

/** As GitHub makes them of headings. */
function anchorsOf(path: string): string[] {
  const headings = textOf(path).match(/^#+ .*$/gm) ?? []
  return headings.map((heading) => {
    const words = heading.replace(/^#+ /, '').toLowerCase()
    return words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
  })
}
