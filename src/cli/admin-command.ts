/** What the commands that administer a tenant share: flags, output, and reading lists and files. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { isMapping, type Raw } from '../config/raw.ts'
import { readJson } from '../protocol/codec/json.ts'
import type { ConfigFlags } from './open.ts'
import { refuse } from './problems.ts'
import { readAll, sheet, type Terminal, table } from './terminal.ts'

export interface AdminFlags extends ConfigFlags {
  tenant: string
  json?: true
}

/** A command that acts on one tenant. `examples`: whole command lines. */
export function adminCommand(parent: Command, usage: string, summary: string, examples: readonly string[]): Command {
  return withExamples(
    parent.command(usage).description(summary).option('--tenant <slug>', 'the tenant', 'root').option('--json', 'print JSON, for programs'),
    examples,
  )
}

export function withExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}\n`).join('')}`)
}

/** One thing: JSON for programs, names and values for people. */
export function print(terminal: Terminal, json: true | undefined, value: object): void {
  if (json) printJson(terminal, value)
  else terminal.stdout.write(sheet(terminal, value))
}

/** A list: JSON for programs, a table for people. */
export function printTable(
  terminal: Terminal,
  json: true | undefined,
  value: object,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  if (json) printJson(terminal, value)
  else terminal.stdout.write(table(terminal, headings, rows))
}

/** What was done: JSON for programs, a sentence for people. */
export function confirm(terminal: Terminal, json: true | undefined, value: object, sentence: string): void {
  if (json) printJson(terminal, value)
  else terminal.stdout.write(`${sentence}\n`)
}

/** Members are in snake_case, as in the API. */
export function printJson({ stdout }: Terminal, value: object): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** All items of a list that is read page by page. */
export async function all<T>(read: (ask: { after?: string; limit: number }) => Promise<T[]>, keyOf: (item: T) => string): Promise<T[]> {
  const limit = 200
  const items: T[] = []
  for (let page = await read({ limit }); page.length > 0; page = await read({ after: keyOf(page.at(-1)!), limit })) {
    items.push(...page)
    if (page.length < limit) break
  }
  return items
}

/** The JSON object in a file, or on standard input for `-`; an empty object when no file is named. */
export async function readObject(terminal: Terminal, file: string | undefined): Promise<Raw> {
  if (file === undefined) return {}
  const read = readJson(file === '-' ? await readAll(terminal.stdin) : textOf(file))
  if ('rule' in read && read.rule !== 'is not JSON') refuse([file, read.member.join('.'), read.rule].filter(Boolean).join(' '))
  return 'value' in read && isMapping(read.value) ? read.value : refuse(`${file} does not hold a JSON object`)
}

/** Refuses a file that cannot be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return refuse(`${file} cannot be read`)
  }
}

/** Merges nested groups of values; those of `over` win. */
export function merged(under: Raw, over: Raw): Raw {
  const result: Raw = { ...under }
  for (const [name, value] of Object.entries(over)) {
    const below = result[name]
    result[name] = isMapping(below) && isMapping(value) ? merged(below, value) : value
  }
  return result
}
