/** `gatehouse migrate`: brings the database to the schema of this version. */
import type { Command } from 'commander'
import { migrate as apply, pending } from '../store/migrate.ts'
import { openDatabase } from '../store/open.ts'
import { withExamples } from './admin-command.ts'
import { type ConfigFlags, loadedForAdmin } from './open.ts'
import type { Terminal } from './terminal.ts'

interface MigrateFlags extends ConfigFlags {
  dryRun?: true
}

export function migrate(command: Command, terminal: Terminal): void {
  withExamples(
    command.option('--dry-run', 'list what is pending, change nothing').action((flags: MigrateFlags) => bringUpToDate(terminal, flags)),
    ['gatehouse migrate', 'gatehouse migrate --dry-run'],
  )
}

async function bringUpToDate(terminal: Terminal, { config: file, dryRun }: MigrateFlags): Promise<void> {
  const { stdout } = terminal
  const db = await openDatabase(loadedForAdmin(terminal, file).database_url)
  try {
    const names = dryRun ? await pending(db) : await apply(db, (sentence) => terminal.stderr.write(`${sentence}\n`))
    const verb = dryRun ? 'pending' : 'applied'
    stdout.write(names.length > 0 ? names.map((name) => `${verb}  ${name}\n`).join('') : 'The database is up to date.\n')
  } finally {
    await db.close()
  }
}
