/** Counts requests and statuses per route, and collects faults. */
import type { Answer } from './http.ts'

export interface Fault {
  /** Number of the test case. */
  number: number
  seed: number
  route: string
  what: string
  /** From the log of the server. */
  origin: string | undefined
  /** Shell command that sends the request again. */
  command: string
  /** Beginning of the answer. */
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
  /** Counts a fault. True for the first of its key, which the caller then describes with `tell`. */
  isNew(key: string, route: string): boolean
  tell(key: string, fault: Fault): void
  faults(): readonly { fault: Fault; times: number; routes: readonly string[] }[]
  table(): string
  /** Answers with status 503. */
  unavailable(): number
  /** Whether the route accepted a request. */
  accepts(route: string): boolean
  /** Routes that accepted none of at least 30 requests: the run did not get past their first checks. */
  neverAccepted(): readonly string[]
}

export function report(): Report {
  const lines = new Map<string, Line>()
  let unavailable = 0
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
      if (answer.status === 503) unavailable += 1
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
    unavailable: () => unavailable,
    accepts: (route) => (lines.get(route)?.statuses.slice(2, 4) ?? []).some((times) => times > 0),
    neverAccepted: () =>
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
