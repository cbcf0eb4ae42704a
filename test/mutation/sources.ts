/** The files of the checkout as a run of mutants sees them: sources to mutate, tests to try them on, and which reach which. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join, posix } from 'node:path'
import { nodesOf, treeOf } from './mutants.ts'

export const root = join(import.meta.dirname, '..', '..')

export interface TestFile {
  path: string
  /** It uses PostgreSQL whatever engines there are. */
  needsPostgres: boolean
  /** It takes long. */
  needsBrowser: boolean
  /** What it imports, and what those import. */
  imports: ReadonlySet<string>
  /** The programs it starts, with their imports. */
  starts: ReadonlySet<string>
}

export interface Checkout {
  /** All files, changes that are not committed included. */
  files: readonly string[]
  tests: readonly TestFile[]
  textOf(file: string): string
  hashOf(file: string): string
  /** Changes with the test and with what it imports, sources excluded. */
  keyOf(test: TestFile): string
}

/** The bench takes too long. Tests that read the sources would notice the changed text, not what it does. */
const leftOut = /^bench\/|^test\/sources\.ts$/
const browser = 'node_modules/playwright-core'

/** Changes that are not committed included. */
export function filesOf(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  return listed.split('\0').filter((file) => existsSync(join(root, file)) && statSync(join(root, file)).isFile())
}

export function readCheckout(): Checkout {
  const files = filesOf()
  const texts = new Map<string, string>()
  const textOf = (file: string) => {
    const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8')
    texts.set(file, text)
    return text
  }
  const graph = new Map(files.filter(isCode).map((file) => [file, linksOf(file, textOf(file), files)]))
  const tests = files.filter(isTest).map((path) => testFile(path, textOf(path), graph))
  const hashOf = (file: string) => hash(textOf(file)).slice(0, 16)
  return {
    files,
    tests: tests.filter(({ path, imports }) => ![path, ...imports].some((name) => leftOut.test(name))),
    textOf,
    hashOf,
    keyOf: ({ path, imports }) => hash([path, ...[...imports].filter(isAround).sort()].map((file) => `${file} ${hashOf(file)}`).join('\n')),
  }
}

/** Something that is mutated, or that such a source uses. */
export function isSource(file: string): boolean {
  return /^(?:src|packages)\//.test(file) && !isTest(file)
}

export function isTest(file: string): boolean {
  return file.endsWith('.test.ts')
}

function isCode(file: string): boolean {
  return file.endsWith('.ts') && !file.endsWith('.d.ts')
}

/** Of ours, and not a source. */
function isAround(file: string): boolean {
  return isCode(file) && !isSource(file) && !file.startsWith('node_modules/')
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

interface Links {
  imports: string[]
  starts: string[]
}

function testFile(path: string, text: string, graph: ReadonlyMap<string, Links>): TestFile {
  const imports = reached([path], graph)
  const programs = [path, ...imports]
    .filter((file) => !file.startsWith('src/') || isTest(file))
    .flatMap((file) => graph.get(file)?.starts ?? [])
  return {
    path,
    needsPostgres: text.includes('freshPostgres('),
    needsBrowser: imports.has(browser),
    imports,
    starts: reached(programs, graph, new Set(programs)),
  }
}

/** What those files import, at one remove or more. */
function reached(from: readonly string[], graph: ReadonlyMap<string, Links>, seen = new Set<string>()): Set<string> {
  for (const file of from) {
    const found = (graph.get(file)?.imports ?? []).filter((target) => !seen.has(target))
    for (const target of found) seen.add(target)
    reached(found, graph, seen)
  }
  return seen
}

/** Packages are named as `node_modules/NAME`. A string that names a TypeScript file is taken for a program that is started. */
function linksOf(path: string, text: string, files: readonly string[]): Links {
  const links: Links = { imports: [], starts: [] }
  for (const { node, parents } of nodesOf(treeOf(text))) {
    if (node.type !== 'StringLiteral') continue
    const [name, parent] = [String(node['value']), parents.at(-1)]
    const isImport = /^(?:Import|ExportNamed|ExportAll)/.test(parent?.type ?? '')
    if (isImport && (parent?.['importKind'] === 'type' || parent?.['exportKind'] === 'type')) continue
    if (isImport) links.imports.push(name.startsWith('.') ? posix.join(posix.dirname(path), name) : `node_modules/${name}`)
    else if (name.endsWith('.ts')) links.starts.push(...files.filter((file) => isNamed(file, name, path)))
  }
  return links
}

/** By a path from the naming file, or from anywhere when it is put together from parts. */
function isNamed(file: string, name: string, by: string): boolean {
  return file === posix.join(posix.dirname(by), name) || (name === basename(file) && file.startsWith('src/'))
}
