/** Tests of the architecture: what each folder may import, what each file must look like. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { guarded, words } from './guarded-words.ts'
import { may } from './import-table.ts'
import { allMutants, type Equivalent } from './mutation/sample.ts'
import { functionsOf, type Source, sources, tests, within } from './sources.ts'

suite('folders', () => {
  test('import only what they may', () => {
    const wrong = sources.flatMap(({ path, imports }) => {
      const abroad = imports.filter((i) => i.ours && folderAtTop(i.target) !== folderAtTop(path)).map((i) => i.target)
      const forbidden = abroad.filter((target) => !may[folderAtTop(path)]?.some((context) => within(target, context)))
      return [
        ...(folderAtTop(path) in may ? [] : [`${path} is in no folder of the table`]),
        ...forbidden.map((target) => `${path} imports ${target}`),
      ]
    })
    assert.deepEqual(wrong, [])
  })

  test('have no entry in the table that nobody uses', () => {
    for (const [folder, targetsAllowed] of Object.entries(may)) {
      const files = sources.filter(({ path }) => folderAtTop(path) === folder)
      const targets = files.flatMap(({ imports }) => imports.map((i) => i.target))
      assert.ok(files.length > 0, `there is no ${folder}`)
      assert.deepEqual(
        targetsAllowed.filter((context) => context.includes('/') && !targets.includes(context)),
        [],
        `${folder} no longer needs these`,
      )
    }
  })

  test('the rules do not import features, features do not import each other, and others import only the catalogue', () => {
    const shown = ['protocol/features/index.ts', 'protocol/features/profiles.ts']
    const folderOf = (path: string) => path.split('/').slice(0, -1).join('/')
    const wrong = sources
      .filter(({ path }) => path !== shown[0])
      .flatMap(({ path, imports }) => {
        const features = imports.map((i) => i.target).filter((target) => within(target, 'protocol/features'))
        const ownFolder = folderOf(path) !== 'protocol/features' && within(path, 'protocol/features') ? folderOf(path) : undefined
        const allowed = (target: string) => (within(path, 'protocol') ? folderOf(target) === ownFolder : shown.includes(target))
        return features.filter((target) => !allowed(target)).map((target) => `${path} imports ${target}`)
      })
    assert.deepEqual(wrong, [])
  })

  test('depend in one direction: no file imports itself through others, not even for a type', () => {
    const graph = new Map(sources.map(({ path, imports }) => [path, imports.filter((i) => i.ours).map((i) => i.target)]))
    const done = new Set<string>()
    const visit = (path: string, trail: readonly string[]): void => {
      assert.ok(!trail.includes(path), `import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`)
      if (done.has(path)) return
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
      done.add(path)
    }
    for (const path of graph.keys()) visit(path, [])
  })

  test('do not re-export: a name has one file', () => {
    assert.deepEqual(matching(/^export (?:type )?(?:\*|\{[^}]*\}) from /m), [])
  })
})

suite('the outside world', () => {
  test('is reached only through few modules', () => {
    const wrong = sources.flatMap(({ path, imports }) => {
      const pure = within(path, 'identity') || (within(path, 'protocol') && !within(path, 'protocol/codec'))
      const allowed = (name: string) =>
        pure ? ['zod', 'node:buffer', 'ipaddr.js'].includes(name) : (guarded[name]?.some((context) => within(path, context)) ?? true)
      return imports.filter((i) => !i.ours && !allowed(i.target)).map((i) => `${path} imports ${i.target}`)
    })
    assert.deepEqual(wrong, [])
  })

  for (const { word, only, instead } of words) {
    test(`${instead}, not ${word.source}`, () => assert.deepEqual(matching(word, only), []))
  }
})

suite('files', () => {
  test('are short', () => {
    const long = [...sources, ...tests].filter(({ text }) => text.trimEnd().split('\n').length > 300)
    assert.deepEqual(
      long.map(({ path }) => path),
      [],
    )
  })

  test('hold short functions', () => {
    const long = sources.flatMap((source) =>
      functionsOf(source)
        .filter((f) => f.ownLines > 60)
        .map((f) => `${source.path}:${f.line} ${f.head}`),
    )
    assert.deepEqual(long, [])
  })

  test('copy no context of rules and no tenant: the parts that are made on use would be missing', () => {
    assert.deepEqual(matching(/\.\.\.(?:ctx|tenant)[,\s]/), [])
  })

  test('give what is remembered a name that nothing else has: values of two kinds would be taken for each other', () => {
    const names = sources.flatMap(({ text }) => [...text.matchAll(/\bremembering\((?:'([^']+)')?/g)].map(([, name]) => name))
    assert.ok(names.length > 10)
    assert.ok(!names.includes(undefined), 'the name stands in the call')
    assert.deepEqual(
      names.filter((name, n) => names.indexOf(name) !== n),
      [],
    )
  })

  test('state in their first line what they are', () => {
    assert.deepEqual(
      sources.filter(({ text }) => !/^\/\*\* .{12,}\*\/\n|^\/\*\*\n \* \S/.test(text)).map(({ path }) => path),
      [],
    )
  })

  test('cite a clause only of a specification that they name', () => {
    const named =
      /RFC ?\d{3,4}|draft-ietf-|6265bis|OpenID|OAuth 2\.0|\b(?:Core|Discovery|Registration|Logout|FAPI|WCAG|HTML|JARM|Web Authentication|Unicode|Fetch Standard|FIPS|SP 800)\b|Content Security|Token Status List|SD-JWT VC|ISO\/IEC/
    const wrong = sources.flatMap(({ path, text }) => {
      const lines = text.split('\n')
      return lines
        .filter((line) => line.includes('§') && !named.test(line) && !named.test(lines[0]!))
        .map((line) => `${path}: ${line.trim()}`)
    })
    assert.deepEqual(wrong, [])
  })

  test('have no TODO and no variable at the top level', () => {
    assert.deepEqual(matching(/^(?:export )?(?:let|var) /m), [])
    assert.deepEqual(
      sources.filter(({ text }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text)).map(({ path }) => path),
      [],
    )
  })

  test('have meaningful names', () => {
    const empty =
      /(?:Manager|Service|Helper|Util|Impl|Common)s?(?![a-z])|(?:^|[-/])(?:manager|service|helper|util|impl|common|base)s?(?:[-.]|$)|[a-z]Base$/
    const wrong = sources.flatMap(({ path, code }) => {
      const exported = [...code.matchAll(/^export (?:async )?(?:function\*?|class|interface|type|const) (\w+)/gm)].map(([, name]) => name!)
      return [path, ...exported].filter((name) => empty.test(name.replace(/auth-?manager/i, 'auth'))) // another product's name.map((name) => `${path}: ${name}`)
    })
    assert.deepEqual(wrong, [])
    assert.deepEqual(
      sources.filter(({ path }) => !/^(?:[a-z\d]+(?:-[a-z\d]+)*\/)*[a-z\d]+(?:-[a-z\d]+)*\.ts$/.test(path)).map(({ path }) => path),
      [],
    )
  })

  test('name an error as its class: logs show the name', () => {
    const wrong = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?class (\w+) [^{]*\{\n {2}override readonly name(?:: string)? = '(\w*)'/gm)]
        .filter(([, own, name]) => name !== own)
        .map(([, own, name]) => `${path}: ${own} says ${name}`),
    )
    assert.deepEqual(wrong, [])
  })
})

test('each mutant that is called equivalent can be made of the sources as they are', () => {
  const equivalents: Equivalent[] = JSON.parse(readFileSync(join(import.meta.dirname, 'mutation', 'equivalent.json'), 'utf8'))
  const files = [...new Set(equivalents.map(({ file }) => file))]
  const textOf = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8')
  assert.ok(allMutants({ files, textOf }, files, equivalents).length > 0)
})

function matching(word: RegExp, only: readonly string[] = []): string[] {
  return sources.filter(({ path, code }) => word.test(code) && !only.some((context) => within(path, context))).map(({ path }) => path)
}

const folderAtTop = (path: Source['path']): string => path.split('/')[0]!
