/** Differences between two reports. */
import type { Report, Result } from './report.ts'
import type { Screen } from './terminal.ts'

/** Prints them. Returns true if there are any. */
export function printComparison(a: Report, b: Report, screen: Screen): boolean {
  const differences = differencesOf(a, b)
  const names = [a.target, b.target]
  const width = Math.max(14, ...names.map((name) => name.length)) + 2
  screen.write(`${names.map((name) => name.padEnd(width)).join('')}clause\n`)
  for (const { verdicts, result } of differences) {
    screen.write(`${verdicts.map((verdict) => verdict.padEnd(width)).join('')}${result.clause}  ${result.title}  ${result.id}\n`)
  }
  screen.write(`${differences.length === 0 ? 'no difference' : `${differences.length} differences`}\n`)
  return differences.length > 0
}

export interface Difference {
  verdicts: readonly [string, string]
  result: Result
}

export function differencesOf(a: Report, b: Report): Difference[] {
  const index = ({ results }: Report) => new Map(results.map((result) => [result.id, result]))
  const [left, right] = [index(a), index(b)]
  const ids = [...new Set([...left.keys(), ...right.keys()])].toSorted()
  return ids
    .map((id) => ({
      result: (left.get(id) ?? right.get(id))!,
      verdicts: [left.get(id)?.verdict ?? 'not run', right.get(id)?.verdict ?? 'not run'] as const,
    }))
    .filter(({ verdicts: [one, other] }) => one !== other)
}
