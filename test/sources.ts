/** The sources as the tests of the architecture read them: text, code without comments, imports, functions. */
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

const root = join(import.meta.dirname, '..')

export interface Source {
  /** Below `src`, with forward slashes. */
  path: string
  text: string
  /** Without comments, but with their line breaks. */
  code: string
  imports: readonly Import[]
}

export interface Import {
  /** A path below `src`, or the name of a package or of a module of Node. */
  target: string
  ours: boolean
}

/** The program, without its tests. */
export const sources: readonly Source[] = read('src/**/*.ts').filter(({ path }) => !path.endsWith('.test.ts'))

/** Every test, in every folder. */
export const tests: readonly { path: string; text: string }[] = ['src/**/*.test.ts', 'test/**/*.ts'].flatMap((pattern) =>
  globSync(pattern, { cwd: root }).map((path) => ({ path: slashed(path), text: readFileSync(join(root, path), 'utf8') })),
)

export function read(pattern: string): Source[] {
  return globSync(pattern, { cwd: root })
    .toSorted()
    .map((file) => {
      const path = slashed(file).replace(/^src\//, '')
      const text = readFileSync(join(root, file), 'utf8')
      const code = withoutComments(text)
      return { path, text, code, imports: importsOf(path, code) }
    })
}

/** Whether `path` is this file, or in this folder. */
export function within(path: string, context: string): boolean {
  return path === context || path.startsWith(`${context}/`)
}

export function folderAtTop(path: string): string {
  return path.split('/')[0]!
}

/** Each function or method of more than one line: where it begins, and how many lines it has apart from functions inside it. */
export function functionsOf({ code }: Source): { line: number; ownLines: number; head: string }[] {
  const lines = code.split('\n')
  const spans = lines.flatMap((head, from) => {
    if (!isFunctionHead(head)) return []
    const indent = /^\s*/.exec(head)![0]
    return [{ from, to: lines.findIndex((line, n) => n > from && line.startsWith(`${indent}}`)), head: head.trim() }]
  })
  return spans.map(({ from, to, head }) => {
    const inner = spans.filter((s) => s.from > from && s.to < to)
    const ownLines = lines.slice(from, to + 1).filter((_, n) => !inner.some((s) => s.from < from + n && from + n < s.to)).length
    return { line: from + 1, ownLines, head }
  })
}

function isFunctionHead(line: string): boolean {
  if (/\bfunction\b.*\{$|=> \{$/.test(line)) return true
  return /^\s*(?:async )?\*?#?\w+(?:<.*>)?\(.*\{$/.test(line) && !/^\s*(?:if|for|while|switch|catch|with)\b/.test(line)
}

/** The formatter keeps a function's end at the depth of its beginning, and strings within a line, so a scanner of tokens will do. */
function withoutComments(text: string): string {
  const tokens = /(\/\*[\s\S]*?\*\/|\/\/.*)|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`/g
  return text.replace(tokens, (token, comment?: string) => (comment === undefined ? token : comment.replace(/[^\n]/g, '')))
}

function importsOf(path: string, code: string): Import[] {
  const statements = code.matchAll(/\b(?:import|export)\b[^;'"`()]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm)
  return [...statements].map(([, named, dynamic, bare]) => {
    const name = (named ?? dynamic ?? bare) as string
    const ours = name.startsWith('.')
    return { target: ours ? posix.join(posix.dirname(path), name) : name, ours }
  })
}

/** Every SQL statement of the program, as it stands between the backticks. */
export const statements: readonly { path: string; text: string }[] = sources.flatMap(({ path, code }) =>
  [...code.matchAll(/\bsql`((?:\$\{(?:`[^`]*`|[^`])*?\}|[^`])*)`/g)].map(([, text = '']) => ({ path, text })),
)

function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}

export interface Refusal {
  path: string
  text: string
  /** A part of the text that is filled in when it is sent; it is then compared as `text`. */
  template: boolean
}

/** Every text with which the server refuses something. The command line has its own, for the operator only. */
export const refusals: readonly Refusal[] = sources.filter(({ path }) => !within(path, 'cli')).flatMap(refusalsOf)

function refusalsOf({ path, code }: Source): Refusal[] {
  const calls = code.matchAll(
    /\b(?:refuse(?:WithCure)?\(\s*|(?:sendError|errorMessage)\([\w, ]*, |new OAuthError\(|error: )(?:'\w+'|\w+\[\w+\]),\s*(?:error_description: )?('(?:[^'\\]|\\.)*'|`[^`]*`|\w+)/g,
  )
  return [...calls].map(([, said]) => {
    const named = /^\w+$/.test(said!) ? new RegExp(`\\bconst ${said} = ('(?:[^'\\\\]|\\\\.)*')`).exec(code)?.[1] : said
    const literal = named ?? `'${said} is not a constant of this file'`
    const template = literal.startsWith('`')
    const text = literal.slice(1, -1).replaceAll("\\'", "'")
    return {
      path,
      text: template ? text.replace(/\$\{[^}]*\}/g, '').trim() : text,
      template: template && text.includes('${'),
    }
  })
}
