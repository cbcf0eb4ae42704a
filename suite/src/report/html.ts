/** The report as one page. */
import type { Report } from './report.ts'

export function html(report: Report): string {
  return JSON.stringify(report)
}
