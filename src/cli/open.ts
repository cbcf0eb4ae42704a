/** From the command line to an open house: configuration, log, database. */
import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import { type App, openApp } from '../app.ts'
import { type Loaded, loadConfig, type Mode } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { logger, readFile, systemPlatform } from '../platform.ts'
import type { AuditEvent, AuditEventType } from '../protocol/audit-events.ts'
import type { Tenant } from '../tenant.ts'
import { Problems, refuse } from './problems.ts'
import { hasColour, type Terminal } from './terminal.ts'

export interface ConfigFlags {
  config?: string
}

/** Throws `Problems` with everything that is wrong. */
export function configured(terminal: Terminal, mode: Mode, file: string | undefined, flags: Readonly<Record<string, string>> = {}): Config {
  const loaded = loadConfig({ mode, file, env: terminal.env, flags, readFile })
  if ('problems' in loaded) throw new Problems(78, loaded.problems)
  return loaded.config
}

/**
 * Commands that serve nobody take the rules of production where there is a key-encryption key, which development mode makes itself, and
 * those of development where there is none.
 */
export function loadForAdmin(terminal: Terminal, file: string | undefined): Loaded {
  const sources = { file, env: terminal.env, readFile }
  const dev = loadConfig({ mode: 'dev', ...sources })
  if ('problems' in dev) return dev
  return dev.config.key_encryption_key_file ? loadConfig({ mode: 'serve', ...sources }) : dev
}

/** Acts on one tenant of a database that is there already, and closes it. */
export async function withTenant(
  terminal: Terminal,
  options: ConfigFlags & { tenant: string },
  act: (tenant: Tenant, done: Done) => Promise<void>,
): Promise<void> {
  await withApp(terminal, options, async (app) => {
    const found = await app.tenant(options.tenant === 'root' ? '' : options.tenant)
    const tenant = found ?? refuse(`there is no tenant ${options.tenant}, or it is suspended: see "gatehouse tenants list"`)
    await act(tenant, doneIn(tenant, terminal))
  })
}

/** Writes into the audit log that the operator did something. */
export type Done = (act: AuditEventType, target: string | undefined, detail?: AuditEvent['detail']) => Promise<void>

/** The name under which the operator works on this machine is what they say it is. */
export function doneIn(tenant: Pick<Tenant, 'recordAudit'>, { env }: Terminal): Done {
  const by = { type: 'operator', id: env['SUDO_USER'] ?? env['USER'] ?? 'unknown' } as const
  return (act, target, detail = {}) => tenant.recordAudit([{ act, outcome: 'success', by, target, detail }], undefined)
}

export async function withApp(terminal: Terminal, { config: file }: ConfigFlags, act: (app: App) => Promise<void>): Promise<void> {
  const loaded = loadForAdmin(terminal, file)
  if ('problems' in loaded) throw new Problems(78, loaded.problems)
  const { config } = loaded
  const path = /^sqlite:(.+)$/.exec(config.database_url)?.[1]
  if (path && !existsSync(path))
    refuse(`there is no database at ${path}: run "gatehouse migrate" to make one, or name another with --config`)
  const app = await openApp(config, systemPlatform(logFor(terminal, 'dev', { level: 'error', format: 'pretty' })), {
    migrations: 'refuse',
    makeKey: config.key_encryption_key_file === undefined,
  })
  try {
    await act(app)
  } finally {
    await app.close()
  }
}

/** Pretty lines in development, JSON in production, unless the configuration says which. */
export function logFor(terminal: Terminal, mode: Mode, { level, format }: Config['log']): Logger {
  const usual = mode === 'dev' ? 'pretty' : 'json'
  return logger({ level, format: format === 'auto' ? usual : format, colour: hasColour(terminal, terminal.stdout) })
}
