/** What was asked, what came back, what was wrong with it. */
import type { Answer } from './http.ts'

export interface Fault {
  /** The number of the request, and the seed it follows from. */
  number: number
  seed: number
  route: string
  what: string
  /** What the server's log says of it. */
  origin: string | undefined
  /** How to send it again. */
  command: string
  /** How the answer began. */
  answer: string
}

interface Line {
  requests: number
  statuses: number[]
  unanswered: number
  slowest: number
}

export interface Report {
  count(route: string, answer: Answer | undefined): void
  /** Counts a fault. True when none of this key was known: then it is to be told. */
  isNew(key: string, route: string): boolean
  tell(key: string, fault: Fault): void
  faults(): readonly { fault: Fault; times: number; routes: readonly string[] }[]
  table(): string
  /** Routes that took none of many requests: nothing behind their first checks was tried. */
  unentered(): readonly string[]
}

export function report(): Report {
  const lines = new Map<string, Line>()
  const faults = new Map<string, { fault: Fault | undefined; times: number; routes: Set<string> }>()
  return {
    count(route, answer) {
      const line = lines.get(route) ?? { requests: 0, statuses: [0, 0, 0, 0, 0, 0], unanswered: 0, slowest: 0 }
      lines.set(route, line)
      line.requests += 1
      if (!answer) {
        line.unanswered += 1
        return
      }
      const kind = Math.floor(answer.status / 100)
      line.statuses[kind] = (line.statuses[kind] ?? 0) + 1
      line.slowest = Math.max(line.slowest, answer.ms)
    },
    isNew(key, route) {
      const known = faults.get(key) ?? { fault: undefined, times: 0, routes: new Set<string>() }
      faults.set(key, known)
      known.times += 1
      known.routes.add(route)
      return known.times === 1
    },
    tell(key, fault) {
      faults.get(key)!.fault = fault
    },
    faults: () => [...faults.values()].flatMap(({ fault, times, routes }) => (fault ? [{ fault, times, routes: [...routes] }] : [])),
    table: () => tableOf(lines),
    unentered: () =>
      [...lines].filter(([, { requests, statuses }]) => requests >= 30 && !statuses[2] && !statuses[3]).map(([route]) => route),
  }
}

function tableOf(lines: ReadonlyMap<string, Line>): string {
  const head = ['route', 'requests', '2xx', '3xx', '4xx', '5xx', 'none', 'slowest']
  const rows = [...lines]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([route, { requests, statuses, unanswered, slowest }]) => [
      route,
      String(requests),
      ...statuses.slice(2).map(String),
      String(unanswered),
      `${Math.round(slowest)} ms`,
    ])
  const widths = head.map((name, n) => Math.max(name.length, ...rows.map((row) => row[n]!.length)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!))).join('  ')
  return [head, ...rows].map(line).join('\n')
}

export function describe({ fault, times, routes }: ReturnType<Report['faults']>[number]): string {
  const more =
    routes.length > 1
      ? [
          `  also at     ${routes
            .filter((route) => route !== fault.route)
            .slice(0, 8)
            .join(', ')}`,
        ]
      : []
  return [
    `${fault.what} at ${fault.route} (${times} times; first: seed ${fault.seed}, request ${fault.number})`,
    ...more,
    ...(fault.origin === undefined ? [] : [`  the log     ${fault.origin}`]),
    `  answer      ${fault.answer}`,
    `  again       ${fault.command}`,
  ].join('\n')
}
