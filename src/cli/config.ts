/** `gatehouse config`: is it sound, and what is in force? */
import type { Command } from 'commander'
import type { Mode } from '../config/load.ts'
import { lookUp, put, type Raw } from '../config/raw.ts'
import type { Config } from '../config/schema.ts'
import { settings } from '../config/settings.ts'
import { print, withExamples } from './admin-command.ts'
import { type ConfigFlags, configured, loadForAdmin } from './open.ts'
import { Problems } from './problems.ts'
import type { Terminal } from './terminal.ts'

export function config(program: Command, terminal: Terminal): void {
  const group = program.command('config').description('the settings, from file and environment')
  withExamples(
    group
      .command('check')
      .description('tell everything that keeps "gatehouse serve" from starting')
      .option('--dev', 'judge it for "gatehouse dev" instead')
      .action((_: unknown, command: Command) => {
        const flags = command.optsWithGlobals<ConfigFlags & { dev?: true }>()
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
      .action((_: unknown, command: Command) => {
        const flags = command.optsWithGlobals<ConfigFlags & { json?: true }>()
        const loaded = loadForAdmin(terminal, flags.config)
        if ('problems' in loaded) throw new Problems(78, loaded.problems)
        print(terminal, flags.json, masked(loaded.config))
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
