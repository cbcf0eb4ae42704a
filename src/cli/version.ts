/** `gatehouse version`: what runs here, as a report of a fault needs it. */
import type { Command } from 'commander'
import { version } from '../version.ts'
import { print, withExamples } from './admin-command.ts'
import type { Terminal } from './terminal.ts'

export function versions(command: Command, terminal: Terminal): void {
  withExamples(
    command.option('--json', 'print JSON, for programs').action(({ json }: { json?: true }) => {
      print(terminal, json, { gatehouse: version, node: process.versions.node, platform: `${process.platform} ${process.arch}` })
    }),
    ['gatehouse version'],
  )
}
