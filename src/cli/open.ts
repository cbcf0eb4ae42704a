/** From the command line to an open application: configuration, log, database. */
import { existsSync } from 'node:fs'
import type { Logger } from 'pino'
import type { App } from '../app.ts'
import { type Loaded, loadConfig, type Mode, missingFile } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { logger, readFile, systemPlatform } from '../platform.ts'
import type { AuditEvent, AuditEventType } from '../protocol/audit-events.ts'
import { DiskFull } from '../store/sql.ts'
import type { Tenant } from '../tenant.ts'
import { Problems, refuse } from './problems.ts'
import { hasColour, type Terminal } from './terminal.ts'

export interface ConfigFlags {
  config?: string
}

/** Refuses a file that was named and does not exist, before the command does anything. */
export function refuseMissingFile({ config: file }: ConfigFlags): void {
  if (file !== undefined && !existsSync(file)) throw new Problems(78, [missingFile(file)])
}

/** The configuration, and what production warns of. Throws `Problems` with everything that is wrong. */
export function configured(
  terminal: Terminal,
  mode: Mode,
  file: string | undefined,
  flags: Readonly<Record<string, string>> = {},
): Exclude<Loaded, { problems: string[] }> {
  const loaded = loadConfig({ mode, file, env: terminal.env, flags, readFile })
  if ('problems' in loaded) throw new Problems(78, loaded.problems)
  return loaded
}

/**
 * The configuration for a command that does not listen: by the rules of production if there is a key-encryption key, which development
 * mode makes itself, and otherwise by those of development. Throws `Problems` with everything that is wrong.
 */
export function loadedForAdmin(terminal: Terminal, file: string | undefined): Config {
  const { config } = configured(terminal, 'dev', file)
  return config.key_encryption_key_file ? configured(terminal, 'serve', file).config : config
}

/** Acts on one tenant of an existing database, and closes it. */
export async function withTenant(
  terminal: Terminal,
  options: ConfigFlags & { tenant: string },
  act: (tenant: Tenant, done: Done, app: App) => Promise<void>,
): Promise<void> {
  await withApp(terminal, options, async (app) => {
    const found = await app.tenant(options.tenant === 'root' ? '' : options.tenant)
    const tenant = found ?? refuse(`there is no tenant ${options.tenant}, or it is suspended: see "gatehouse tenants list"`)
    await act(tenant, doneIn(tenant, terminal), app)
  })
}

/** Records in the audit log what the operator did. */
export type Done = (act: AuditEventType, target: string | undefined, detail?: AuditEvent['detail']) => Promise<void>

/** The operator's name is that of the account on this machine, as the environment gives it. A full disk undoes nothing: what was done is said. */
export function doneIn(tenant: Pick<Tenant, 'recordAudit'>, { env, stderr }: Terminal): Done {
  const by = { type: 'operator', id: env['SUDO_USER'] ?? env['USER'] ?? 'unknown' } as const
  return async (act, target, detail = {}) => {
    try {
      await tenant.recordAudit([{ act, outcome: 'success', by, target, detail }], undefined)
    } catch (error) {
      if (!(error instanceof DiskFull)) throw error
      stderr.write(`warning: ${act} is done, but the audit log does not say so: the disk is full\n`)
    }
  }
}

/** Opens the application on an existing database, and closes it after the act. */
export async function withApp(terminal: Terminal, { config: file }: ConfigFlags, act: (app: App) => Promise<void>): Promise<void> {
  const config = loadedForAdmin(terminal, file)
  const path = /^sqlite:(.+)$/.exec(config.database_url)?.[1]
  if (path && !existsSync(path))
    refuse(`there is no database at ${path}: run "gatehouse migrate" to make one, or name another with --config`)
  const { openApp } = await import('../app.ts')
  const app = await openApp(config, systemPlatform(logFor(terminal, 'dev', { level: 'error', format: 'pretty' })), {
    migrations: 'refuse',
    makeKey: config.key_encryption_key_file === undefined,
    allowMissingKeys: true,
  })
  try {
    await act(app)
  } finally {
    await app.close()
  }
}

/** Pretty lines in development, JSON in production, unless the configuration names a format. */
export function logFor(terminal: Terminal, mode: Mode, { level, format }: Config['log']): Logger {
  const byMode = mode === 'dev' ? 'pretty' : 'json'
  return logger({ level, format: format === 'auto' ? byMode : format, colour: hasColour(terminal, terminal.stdout) })
}
