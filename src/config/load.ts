/** Reads the configuration from a YAML or JSON file, the environment and flags, the later taking precedence. Reports all problems at once. */
import { join } from 'node:path'
import type { z } from 'zod'
import { addAliases } from './aliases.ts'
import { interpret, wording } from './form.ts'
import { productionProblems } from './production.ts'
import { isMapping, lookUp, put, type Raw, type ReadFile } from './raw.ts'
import { type Config, configSchema } from './schema.ts'
import { type Setting, settings } from './settings.ts'
import { nearest } from './suggest.ts'
import { productionWarnings } from './warnings.ts'
import { yaml } from './yaml.ts'

export type Mode = 'dev' | 'serve'

export interface Sources {
  mode: Mode
  /** The file named on the command line; without it, `GATEHOUSE_CONFIG`, or `gatehouse.yaml` if it exists. */
  file?: string | undefined
  env: Readonly<Record<string, string | undefined>>
  /** Settings given on the command line, by path: `{ 'listen.port': '9000' }`. */
  flags?: Readonly<Record<string, string>>
  readFile: ReadFile
}

/**
 * The configuration, the file it was read from, and in production what to warn of; or every reason why there is none. Each sentence says
 * what is wrong — how to correct it.
 */
export type Loaded = { config: Config; file: string | undefined; warnings: string[] } | { problems: string[] }

/** A pure function of its inputs. */
export function loadConfig(sources: Sources): Loaded {
  const file = readSettingsFile(sources)
  if (typeof file.values === 'string') return { problems: [file.values] }
  const raw = structuredClone(file.values)
  const given = new Map<string, string>()
  const problems = [...unknownVariables(sources.env)]
  for (const setting of settings) {
    const variable = sources.env[setting.variable]
    if (variable) give(setting, variable, setting.variable)
    const flag = sources.flags?.[setting.path]
    if (flag !== undefined) give(setting, flag, `--${setting.path.split('.').at(-1)}`)
  }
  problems.push(...addAliases(raw, sources.env, (path, name) => given.set(path, name)), ...readSecretFiles(raw, sources.readFile))
  if (sources.mode === 'dev') addDevelopmentDefaults(raw)

  const parsed = configSchema.safeParse(raw, { error: wording })
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => sentences(issue, raw, file.name, given)))
  if (sources.mode === 'serve')
    problems.push(...productionProblems(raw, sources.readFile, { name: file.name, values: ownSettings(file.values) }))
  if (!parsed.success || problems.length > 0) return { problems }
  return { config: parsed.data, file: file.name, warnings: sources.mode === 'serve' ? productionWarnings(parsed.data) : [] }

  function give(setting: Setting, text: string, source: string) {
    put(raw, setting.path, interpret(text, setting.form))
    given.set(setting.path, source)
  }
}

/** The settings of the file alone, under our names. */
function ownSettings(values: Raw): Raw {
  const own = structuredClone(values)
  addAliases(own, {}, () => {})
  return own
}

function readSettingsFile({ file, env, readFile }: Sources): { values: Raw | string; name: string | undefined } {
  const named = file ?? (env['GATEHOUSE_CONFIG'] || undefined)
  const name = named ?? 'gatehouse.yaml'
  const found = attempt(() => readFile(name))
  if (typeof found === 'string') return { values: `${name} cannot be read (${found}) — correct its permissions or --config`, name }
  if (!found) return named ? { values: missingFile(name), name } : { values: {}, name: undefined }
  const { LineCounter, parseDocument } = yaml()
  const lines = new LineCounter()
  const document = parseDocument(found.text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error) {
    const { line, col } = lines.linePos(error.pos[0])
    return { values: `${name} is not valid YAML at line ${line}, column ${col} — ${error.message.split(':')[0]}`, name }
  }
  const values: unknown = document.toJS() ?? {}
  if (!isMapping(values)) return { values: `${name} does not hold settings — write one "name: value" per line`, name }
  return { values, name }
}

/** The problem of a settings file that was named and does not exist. */
export function missingFile(name: string): string {
  return `${name} does not exist — correct --config or GATEHOUSE_CONFIG`
}

function unknownVariables(env: Sources['env']): string[] {
  const known = new Map([['config', 'GATEHOUSE_CONFIG'], ...settings.map(({ path, variable }) => [path, variable] as const)])
  const variables = new Set(known.values())
  return Object.keys(env)
    .filter((name) => name.startsWith('GATEHOUSE_') && !variables.has(name) && !isServiceLink(name, env[name] ?? ''))
    .map((name) => {
      const meant = nearest(name.slice('GATEHOUSE_'.length), [...known.keys()])
      return `${name} is not a setting — ${advice(meant && known.get(meant), 'remove it from the environment')}`
    })
}

/** Kubernetes sets variables named after each service in every container, and a service may be called gatehouse. */
function isServiceLink(name: string, value: string): boolean {
  return /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/.test(name) || /^(tcp|udp|sctp):\/\//.test(value)
}

function readSecretFiles(raw: Raw, readFile: ReadFile): string[] {
  return settings
    .filter((setting) => setting.form.secret)
    .flatMap(({ path }) => {
      const name = lookUp(raw, `${path}_file`)
      if (typeof name !== 'string') return []
      if (lookUp(raw, path) !== undefined) return [`${path} and ${path}_file are both set — remove one of them`]
      const found = attempt(() => readFile(name))
      if (typeof found === 'string') return [`${name} cannot be read (${found}) — correct its permissions or ${path}_file`]
      if (!found) return [`${name} does not exist — correct ${path}_file`]
      put(raw, path, found.text.trim())
      return []
    })
}

function addDevelopmentDefaults(raw: Raw) {
  for (const open of ['sign_up', 'without_client', 'open_tenants', 'popular_passwords'].map((name) => `api.${name}`))
    if (lookUp(raw, open) === undefined) put(raw, open, true)
  if (lookUp(raw, 'api.sign_up_email') === undefined) put(raw, 'api.sign_up_email', 'unverified')
  if (lookUp(raw, 'demo.help') === undefined) put(raw, 'demo.help', true)
  if (lookUp(raw, 'api.docs') === undefined) put(raw, 'api.docs', 'page')
  if (lookUp(raw, 'registration.open') === undefined) put(raw, 'registration.open', true)
  if (lookUp(raw, 'features.passwordGrant') === undefined && lookUp(raw, 'features.token') !== false)
    put(raw, 'features.passwordGrant', true)
  const port = lookUp(raw, 'listen.port')
  const isPort = typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535 // the problem of another one is told once
  if (lookUp(raw, 'issuer') === undefined) put(raw, 'issuer', `http://localhost:${isPort ? port : 8000}`)
  if (lookUp(raw, 'database_url') === undefined)
    put(raw, 'database_url', `sqlite:${join(String(lookUp(raw, 'data_dir') ?? 'data'), 'gatehouse.db')}`)
  if (lookUp(raw, 'outbound.allowed_addresses') === undefined) put(raw, 'outbound.allowed_addresses', ['127.0.0.0/8', '::1/128'])
  if (lookUp(raw, 'credentials.development_authority') === undefined) put(raw, 'credentials.development_authority', true)
  if (lookUp(raw, 'mail.from') === undefined) put(raw, 'mail.from', 'no-reply@example.com')
  if (lookUp(raw, 'mail.folder') === undefined) put(raw, 'mail.folder', join(String(lookUp(raw, 'data_dir') ?? 'data'), 'mail'))
}

const paths = settings.map((setting) => setting.path)
const groups = paths.filter((path) => path.includes('.')).map((path) => path.split('.')[0]!)

function sentences(issue: z.core.$ZodIssue, raw: Raw, file: string | undefined, given: ReadonlyMap<string, string>): string[] {
  const path = issue.path.filter((part) => typeof part === 'string').join('.')
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => (path ? `${path}.${key}` : key))
    return names.map((name) => `${name} is not a setting — ${advice(nearest(name, [...groups, ...paths]), `remove it from ${file}`)}`)
  }
  if (lookUp(raw, path) === undefined && lookUp(raw, `${path}_file`) !== undefined) return [] // the problem of that file is told
  const entry = issue.path.find((part) => typeof part === 'number')
  const subject = entry === undefined ? path : `entry ${entry + 1} of ${path}`
  const setting = settings.find((setting) => setting.path === path)
  const source = given.get(path) ?? (lookUp(raw, path) === undefined ? undefined : `${path} in ${file}`)
  const example = setting?.form.examples?.[0]
  const cure = source
    ? `correct ${source}`
    : `set ${path}${setting ? ` or ${setting.variable}` : ''}${example ? `, such as ${example}` : ''}`
  return [`${subject} ${issue.message} — ${cure}`]
}

function advice(nearest: string | undefined, otherwise: string): string {
  return nearest ? `did you mean ${nearest}?` : otherwise
}

/** The file, or why it cannot be read. */
function attempt<T extends object | undefined>(read: () => T): T | string {
  try {
    return read()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown reason'
  }
}
