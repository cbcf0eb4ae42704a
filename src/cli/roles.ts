/** `gatehouse roles`: what each role may do. */
import type { Command } from 'commander'
import { manageableRoles, rights, rightsOf, roles } from '../identity/roles.ts'
import { printTable, withExamples } from './admin-command.ts'
import type { Terminal } from './terminal.ts'

export function roleMatrix(group: Command, terminal: Terminal): void {
  withExamples(group.command('list').description('the permission matrix').option('--json', 'print JSON, for programs'), [
    'gatehouse roles list',
    'gatehouse roles list --json',
  ]).action(({ json }: { json?: true }) => {
    const matrix = roles.map((role) => ({ role, manageable: manageableRoles(role), permissions: rightsOf(role) }))
    const rows = Object.entries(rights).map(([name, { from, words }]) => [name, from, words])
    printTable(terminal, json, matrix, ['permission', 'from role', 'allows to'], rows)
  })
}
