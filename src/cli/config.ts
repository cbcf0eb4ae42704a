/** `gatehouse config`: whether the settings are sound, and which are in force. */
import type { Command } from 'commander'
import { lookUp, put, type Raw } from '../config/raw.ts'
import type { Config } from '../config/schema.ts'
import { settings } from '../config/settings.ts'
import { print, withExamples } from './admin-command.ts'
import { type ConfigFlags, loadedForAdmin } from './open.ts'
import type { Terminal } from './terminal.ts'

export function config(group: Command, terminal: Terminal): void {
  withExamples(
    group
      .command('check')
      .description('list everything that keeps "gatehouse serve" from starting, and what is sealed under each key-encryption key')
      .option('--dev', 'check it for "gatehouse dev" instead')
      .action(async (flags: ConfigFlags & { dev?: true }) =>
        (await import('./config-check.ts')).check(terminal, flags.dev ? 'dev' : 'serve', flags),
      ),
    ['gatehouse config check --config /etc/gatehouse.yaml'],
  )
  withExamples(
    group
      .command('show')
      .description('every setting in force, with passwords masked')
      .option('--json', 'print JSON, for programs')
      .action((flags: ConfigFlags & { json?: true }) => print(terminal, flags.json, masked(loadedForAdmin(terminal, flags.config)))),
    ['gatehouse config show', 'gatehouse config show --json'],
  )
}

/** The configuration without its secrets. */
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
