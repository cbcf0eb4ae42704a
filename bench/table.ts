/** The results as tables for a terminal. */
import type { Measured } from './measure.ts'
import type { StartUp } from './start-up.ts'

export const names = { sqlite: 'SQLite', postgres: 'PostgreSQL', peer: 'oidc-provider', floor: 'floor' } as const

/** Requests per second, ours beside the others'. */
export function rateTable(measured: readonly Measured[]): string {
  const head = [
    'requests per second',
    'SQLite',
    'PostgreSQL',
    'oidc-provider',
    'SQLite ×',
    'PostgreSQL ×',
    'floor',
    'SQLite % of floor',
    'bytes',
  ]
  return table(
    head,
    measured.map(({ name, of }) => {
      const [sqlite, postgres, peer, floor] = rowOf(of)
      const times = (rate: number) => `${(rate / peer.rate).toFixed(1)}×`
      const rates = [whole(sqlite.rate), whole(postgres.rate), whole(peer.rate), times(sqlite.rate), times(postgres.rate)]
      return [name, ...rates, whole(floor.rate), `${whole((100 * sqlite.rate) / floor.rate)} %`, whole(sqlite.bytes)]
    }),
  )
}

/** CPU time per request, and latencies. */
export function costTable(measured: readonly Measured[]): string {
  const head = [
    'CPU µs per request',
    'SQLite',
    'PostgreSQL',
    'oidc-provider',
    'SQLite ×',
    'floor',
    'floor % of SQLite',
    'p50/p99 ms: SQLite',
    'PostgreSQL',
    'oidc-provider',
  ]
  return table(
    head,
    measured.map(({ name, of }) => {
      const [sqlite, postgres, peer, floor] = rowOf(of)
      const times = `${(peer.cpu / sqlite.cpu).toFixed(1)}×`
      const latencies = [sqlite, postgres, peer].map(({ p50, p99 }) => `${p50.toFixed(1)}/${p99.toFixed(1)}`)
      const cpus = [whole(sqlite.cpu), whole(postgres.cpu), whole(peer.cpu), times, whole(floor.cpu)]
      return [name, ...cpus, `${whole((100 * floor.cpu) / sqlite.cpu)} %`, ...latencies]
    }),
  )
}

/** The servers that the bench did not start. Their CPU time is not known. */
export function remoteTables(measured: readonly Measured[]): string[] {
  const known: readonly string[] = ['gatehouse', ...Object.values(names)]
  const others = flat(measured).filter(({ contestant }) => !known.includes(contestant))
  if (others.length === 0) return []
  const lines = others.map(({ row, contestant, rate, p50, p99 }) => [row, contestant, whole(rate), `${p50.toFixed(1)}/${p99.toFixed(1)}`])
  return [table(['other servers', 'name', 'requests per second', 'p50/p99 ms'], lines)]
}

/** One entry for each row and server. `cpu`: microseconds; null: not known. */
export function flat(measured: readonly Measured[]) {
  return measured.flatMap(({ name, of }) =>
    Object.entries(of).map(([server, { rate, p50, p99, cpu, errors }]) => {
      const engine = server === names.sqlite ? 'sqlite' : server === names.postgres ? 'postgres' : null
      return { row: name, engine, contestant: engine ? 'gatehouse' : server, rate, p50, p99, cpu: Number.isNaN(cpu) ? null : cpu, errors }
    }),
  )
}

export function startTable(starts: readonly StartUp[]): string {
  return table(
    ['start-up', 'ready after ms', 'idle MB'],
    starts.map(({ name, ready, idle }) => [name, whole(ready), whole(idle)]),
  )
}

function rowOf(of: Measured['of']) {
  return [of[names.sqlite]!, of[names.postgres]!, of[names.peer]!, of[names.floor]!] as const
}

const whole = (value: number) => value.toFixed(0)

/** The same for a page. */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const print = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [print(head), print(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...lines.map(print)].join('\n')
}

/** Rows under their head; the first column is text, the others are numbers. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]!.length)))
  const print = (line: readonly string[]) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')
  return [print(head), widths.map((width) => '─'.repeat(width)).join('  '), ...lines.map(print)].join('\n')
}
