/** The documents written by hand, as tests look at them. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/** Paths below the root. ARCHITECTURE.md is not among them. */
export const documents: readonly string[] = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'AGENTS.md', 'CHANGELOG.md', 'packages/guard/README.md'],
  ...globSync('docs/{guide,decisions}/*.md', { cwd: root }).map((path) => path.replaceAll('\\', '/')),
].sort()

export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The text without blocks of code. Line breaks within a paragraph are spaces. */
export function proseOf(path: string): string {
  return textOf(path)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/[ \t]*\n[ \t]*/g, ' ')
}
