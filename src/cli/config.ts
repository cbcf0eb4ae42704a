/** `gatehouse config`: is it sound, and what is in force? */
import type { Command } from 'commander'
import type { Mode } from '../config/load.ts'
import { lookUp, put, type Raw } from '../config/raw.ts'
import type { Config } from '../config/schema.ts'
import { settings } from '../config/settings.ts'
import { print, withExamples } from './admin-command.ts'
import { type ConfigFlags, configured, loadedForAdmin } from './open.ts'
import type { Terminal } from './terminal.ts'

export function config(group: Command, terminal: Terminal): void {
  withExamples(
    group
      .command('check')
      .description('tell everything that keeps "gatehouse serve" from starting')
      .option('--dev', 'judge it for "gatehouse dev" instead')
      .action((flags: ConfigFlags & { dev?: true }) => {
        const mode: Mode = flags.dev ? 'dev' : 'serve'
        configured(terminal, mode, flags.config)
        terminal.stdout.write(`The configuration is sound for "gatehouse ${mode}".\n`)
      }),
    ['gatehouse config check --config /etc/gatehouse.yaml'],
  )
  withExamples(
    group
      .command('show')
      .description('every setting in force, passwords masked')
      .option('--json', 'print JSON, for programs')
      .action((flags: ConfigFlags & { json?: true }) => {
        print(terminal, flags.json, masked(loadedForAdmin(terminal, flags.config)))
      }),
    ['gatehouse config show', 'gatehouse config show --json'],
  )
}

/** The configuration without what nobody may see. */
export function masked(config: Config): Raw {
  const shown: Raw = structuredClone(config)
  for (const { path, form } of settings) {
    const value = form.secret ? lookUp(shown, path) : undefined
    if (typeof value === 'string') put(shown, path, withoutPassword(value))
  }
  return shown
}

function withoutPassword(address: string): string {
  if (address.startsWith('sqlite:')) return address
  const url = URL.parse(address)
  if (!url) return '***'
  if (url.password) url.password = '***'
  for (const name of [...url.searchParams.keys()]) if (/password/i.test(name)) url.searchParams.set(name, '***')
  return url.href
}
