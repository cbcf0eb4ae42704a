/** The comparison of several reports as a Markdown page: a table by specification, and what each server does differently. */
import { bySpecification, type Report, type Result } from './report.ts'

/** `differences`: by server, then by the id of a check, why it does not pass. */
export function comparisonPage(
  reports: readonly Report[],
  differences: Readonly<Record<string, Readonly<Record<string, string>>>>,
): string {
  const all = bySpecification(reports.flatMap(({ results }) => results))
  const specifications = [...all.keys()].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const rows = specifications.map((name) => [name, ...reports.map(({ results }) => cell(bySpecification(results).get(name) ?? []))])
  const totals = ['**All**', ...reports.map(({ results }) => cell(results))]
  const names = reports.map(({ target }) => target)
  return [
    table(['Specification', ...names], [...rows, totals]),
    ...reports.map((report) => section(report, differences[report.target] ?? {})),
  ].join('\n\n')
}

/** Passed of applicable. */
function cell(results: readonly Result[]): string {
  const applicable = results.filter(({ verdict }) => verdict !== 'not applicable')
  const passed = applicable.filter(({ verdict }) => verdict === 'pass')
  return applicable.length === 0 ? '–' : `${passed.length} of ${applicable.length}`
}

function section({ target, results }: Report, why: Readonly<Record<string, string>>): string {
  const missed = results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
  const rows = missed.map(({ clause, title, id, reasons }) => [clause, title, (why[id] ?? reasons.join('; ')).trim().replace(/\s+/g, ' ')])
  return `## ${target}\n\n${rows.length === 0 ? 'Every applicable check passes.' : table(['Clause', 'Expected', 'Instead'], rows)}`
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  return [headings, headings.map(() => '---'), ...rows].map(line).join('\n')
}
