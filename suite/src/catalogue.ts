/** All checks: every file below `checks/`. */
import { readdirSync } from 'node:fs'
import { join, parse } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Check, type NamedCheck, specificationOf } from './check.ts'

const folder = join(import.meta.dirname, '../checks')

export async function catalogue(): Promise<NamedCheck[]> {
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => /\.[tj]s$/.test(file)).toSorted()
  return Promise.all(
    files.map(async (file) => {
      const { dir, name } = parse(file)
      const { default: check } = (await import(pathToFileURL(join(folder, file)).href)) as { default: Check }
      return { ...check, id: `${dir}/${name}`.replaceAll('\\', '/') }
    }),
  )
}

export interface Selection {
  /** Substrings of ids. */
  only?: readonly string[]
  /** Names of specifications, such as `RFC 6749` or `rfc6749`. */
  spec?: readonly string[]
}

export function select(checks: readonly NamedCheck[], { only = [], spec = [] }: Selection): NamedCheck[] {
  const folded = (text: string) => text.toLowerCase().replace(/[^a-z\d]/g, '')
  return checks.filter(
    (check) =>
      (only.length === 0 || only.some((part) => check.id.includes(part))) &&
      (spec.length === 0 || spec.some((name) => [specificationOf(check), check.id.split('/')[0]!].map(folded).includes(folded(name)))),
  )
}
