/** Writes the reference pages from the sources they describe: `npm run docs`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { program } from '../src/cli/program.ts'
import type { Form } from '../src/config/form.ts'
import { type Setting, settings } from '../src/config/settings.ts'
import { auditEventTypes } from '../src/protocol/audit-events.ts'
import { codes } from '../src/protocol/errors.ts'
import type { Feature } from '../src/protocol/feature.ts'
import { catalogue } from '../src/protocol/features/index.ts'

import { byClause, coverage } from './coverage.ts'

const folder = join(import.meta.dirname, 'reference')

/** The text of each page of `docs/reference`, by file name. */
export async function pages(): Promise<Record<string, string>> {
  return {
    'audit.md': audit(),
    'command-line.md': await commandLine(),
    'configuration.md': configuration(),
    'coverage.md': await coveragePage(),
    'errors.md': errors(),
    'specifications.md': specifications(),
  }
}

const note = '<!-- Made by `npm run docs`. Change what it is made from instead. -->'

function page(title: string, ...parts: string[]): string {
  return `${[`# ${title}`, note, ...parts].join('\n\n')}\n`
}

/** Aligned, as the formatter of this repository would. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [headings, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = headings.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return [cells[0]!, rule, ...cells.slice(1)].map(line).join('\n')
}

const code = (text: string) => `\`${text}\``

function audit(): string {
  return page(
    'The audit log',
    'Every act that is written down, by `act`. The word before the dot is the type of what it was done to: `target.type`. An entry also says `time`, `outcome` ' +
      '(`success` or `failure`), `by` (`user`, `client` or `operator`, and the id), `detail`, `request_id` and `address`; the last two are absent for the command line. ' +
      'Read it with `gatehouse audit list` and `export`, or at `/api/v1/admin/audit`.',
    table(
      ['Act', 'Meaning'],
      Object.entries(auditEventTypes).map(([act, meaning]) => [code(act), `${meaning}.`]),
    ),
  )
}

async function coveragePage(): Promise<string> {
  const { rules, checks } = await coverage()
  const clauses = [...new Set([...rules.keys(), ...checks.keys()])].toSorted(byClause)
  const specifications = Map.groupBy(clauses, (clause) => clause.split(' §')[0]!)
  const listed = (places: readonly string[] = [], folder = '') => places.map((place) => code(place.replace(folder, ''))).join('<br>') || '–'
  const sections = [...specifications].map(([specification, own]) => {
    const rows = own.map((clause) => [
      `§${clause.split(' §')[1]}`,
      listed(rules.get(clause), 'src/protocol/'),
      listed(checks.get(clause)?.map((id) => id.split('/')[1]!)),
    ])
    return `## ${specification}\n\n${table(['Section', 'Rule', 'Check'], rows)}`
  })
  return page(
    'Coverage',
    'Where a clause of a specification stands in the sources, below `src/protocol`, and which checks of `suite/checks` test it over HTTP. ' +
      'A rule without a check here is tested in another way, or cannot be seen from outside. A check without a rule tests what no single rule decides.',
    ...sections,
  )
}

function configuration(): string {
  const groups = Map.groupBy(settings, ({ path }) => (path.includes('.') ? path.split('.')[0]! : ''))
  const sections = [...groups].map(([group, members]) => {
    const rows = members.map((setting) => [
      `${code(setting.path)}<br>${code(setting.variable)}`,
      meaning(setting),
      values(setting.form),
      usual(setting.form),
    ])
    return [...(group ? [`## ${group}`] : []), table(['Setting', 'Meaning', 'Values', 'Default'], rows)].join('\n\n')
  })
  return page(
    'Configuration',
    'Settings come from one YAML or JSON file, from the environment, and from flags of the command line; the later wins. ' +
      'The file is the one named by `--config`, else by `GATEHOUSE_CONFIG`, else `gatehouse.yaml` in the working folder, if there is one. ' +
      'A setting inside a group is written nested, or with a dot where this page names it. A list in the environment is written `a,b`.',
    'An empty variable counts as not set. A name that is not on this page stops the start, with the nearest name that is. ' +
      '`gatehouse config check` tells everything that production mode refuses; `gatehouse config show` tells what is in force.',
    'Development mode (`gatehouse dev`) needs no setting: `issuer` is `http://localhost:8000`, `database_url` is `sqlite:data/gatehouse.db`, ' +
      'and the key-encryption key is made in `data_dir`.',
    ...sections,
  )
}

function meaning({ form }: Setting): string {
  const example = form.examples?.[0]
  return `${form.description ?? ''}.${example ? ` Example: ${code(String(example))}.` : ''}`
}

function values(form: Form): string {
  if (form.enum) return form.enum.map(code).join(', ')
  if (form.type === 'array') return form.items?.enum ? `list of ${values(form.items)}` : 'list'
  if (form.type === 'integer') return `${form.minimum} to ${form.maximum}`
  if (form.type === 'boolean') return '`true`, `false`'
  return 'text'
}

function usual({ default: value }: Form): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '–'
  return Array.isArray(value) ? value.map(code).join(', ') : code(String(value))
}

function errors(): string {
  const rows = Object.entries(codes).map(([name, [status, clause]]) => [code(name), String(status), clause])
  return page(
    'Error codes',
    'Every `error` this server answers with. `error_description` says in a sentence what is wrong; it is for the developer, not for the program. ' +
      'The HTTP status is that of an answer to a program; errors of the authorization endpoint travel to the client in the redirect.',
    table(['Code', 'HTTP status', 'Defined in'], rows),
  )
}

function specifications(): string {
  const rows = Object.entries(catalogue).map(([name, make]) => {
    const feature: Feature = make()
    return [code(name), feature.spec, adds(feature), (feature.requires ?? []).map(code).join(', ') || '–']
  })
  return page(
    'Specifications',
    'What this server speaks. Each line can be switched off with `features.NAME: false`; then it is neither served nor advertised.',
    table(['Feature', 'Specification', 'Adds', 'Needs'], rows),
  )
}

function adds({ endpoints = [], grantTypes = [], clientAuth = [], responseModes = [], credentials = [], scopes = {} }: Feature): string {
  const kinds: [string, string[]][] = [
    ['', endpoints.map(({ path, methods }) => `${methods.join(' ')} ${path}`)],
    ['grant type ', grantTypes.map(({ name }) => name)],
    ['client authentication ', clientAuth.map(({ method }) => method)],
    ['response mode ', responseModes.map(({ name }) => name)],
    ['header ', credentials.map(({ header }) => header)],
    ['scope ', Object.keys(scopes)],
  ]
  return kinds.flatMap(([kind, names]) => names.map((name) => kind + code(name))).join('<br>') || '–'
}

async function commandLine(): Promise<string> {
  let written = ''
  const screen = { write: (text: string) => (written += text) }
  const root = await program({ env: {}, stdin: emptyInput(), stdout: screen, stderr: screen }, [], 100)
  const sections = everyCommand(root).map(({ name, command }) => {
    written = ''
    command.outputHelp()
    return `## ${name}\n\n\`\`\`text\n${written.trim()}\n\`\`\``
  })
  return page(
    'Command line',
    'In the folder of a checkout or of an installed package, write `npx gatehouse` for `gatehouse`. Exit status: 0 done, 1 refused or failed, 2 typed wrongly, 78 configured wrongly.',
    ...sections,
  )
}

function everyCommand(command: Command, parent = ''): { name: string; command: Command }[] {
  const name = `${parent} ${command.name()}`.trim()
  return [{ name, command }, ...command.commands.flatMap((inner) => everyCommand(inner, name))]
}

async function* emptyInput(): AsyncGenerator<Buffer> {}

if (import.meta.main) {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(await pages())) writeFileSync(join(folder, name), text)
}
