/** `gatehouse migrate`: brings the database to the shape this version needs. */
import type { Command } from 'commander'
import { migrate as apply, pending } from '../store/migrate.ts'
import { openDatabase } from '../store/open.ts'
import { withExamples } from './admin-command.ts'
import { type ConfigFlags, loadForAdmin } from './open.ts'
import { Problems } from './problems.ts'
import type { Terminal } from './terminal.ts'

export function migrate(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command('migrate')
      .description('bring the database to the shape this version needs')
      .option('--dry-run', 'tell what is pending, change nothing')
      .action((_: unknown, command: Command) => bringUpToDate(terminal, command.optsWithGlobals())),
    ['gatehouse migrate', 'gatehouse migrate --dry-run'],
  )
}

async function bringUpToDate({ stdout, ...terminal }: Terminal, { config: file, dryRun }: ConfigFlags & { dryRun?: true }): Promise<void> {
  const loaded = loadForAdmin({ stdout, ...terminal }, file)
  if ('problems' in loaded) throw new Problems(78, loaded.problems)
  const db = await openDatabase(loaded.config.database_url)
  try {
    const names = dryRun ? await pending(db) : await apply(db, (sentence) => terminal.stderr.write(`${sentence}\n`))
    const verb = dryRun ? 'pending' : 'applied'
    stdout.write(names.length > 0 ? names.map((name) => `${verb}  ${name}\n`).join('') : 'The database is up to date.\n')
  } finally {
    await db.close()
  }
}
