/** The comparison of several reports as a Markdown page: a table by specification, and what each server does differently. */
import { bySpecification, type Report, type Result } from './report.ts'

export interface Compared {
  report: Report
  /** Name and version of the server. */
  name: string
  /** By the id of a check, why it does not pass. */
  differences: Readonly<Record<string, string>>
}

export function comparisonPage(servers: readonly Compared[]): string {
  const reports = servers.map(({ report }) => report)
  const all = bySpecification(reports.flatMap(({ results }) => results))
  const specifications = [...all.keys()].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const rows = specifications.map((name) => [name, ...reports.map(({ results }) => cell(bySpecification(results).get(name) ?? []))])
  const totals = ['**All**', ...reports.map(({ results }) => cell(results))]
  const names = servers.map(({ name }) => name)
  return [table(['Specification', ...names], [...rows, totals]), ...servers.map(section)].join('\n\n')
}

/** Passed of applicable. */
function cell(results: readonly Result[]): string {
  const applicable = results.filter(({ verdict }) => verdict !== 'not applicable')
  const passed = applicable.filter(({ verdict }) => verdict === 'pass')
  return applicable.length === 0 ? '–' : `${passed.length} of ${applicable.length}`
}

function section({ report, name, differences }: Compared): string {
  const missed = report.results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
  const rows = missed.map(({ clause, level, title, id, reasons }) => {
    const instead = differences[id] ?? reasons.join('; ')
    return [clause, level, title, instead.trim().replace(/\s+/g, ' ')]
  })
  return `## ${name}\n\n${rows.length === 0 ? 'Every applicable check passes.' : table(['Clause', 'Level', 'Expected', 'Instead'], rows)}`
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  return [headings, headings.map(() => '---'), ...rows].map(line).join('\n')
}
