/** Terminal output, with colors only on a TTY. */
import { styleText } from 'node:util'
import { bySpecification, countsOf, type Report, type Result, unfinished, type Verdict, verdicts } from './report.ts'

export interface Screen {
  write(text: string): unknown
  isTTY?: boolean
}

type Style = Parameters<typeof styleText>[0]

const styles: Readonly<Record<Verdict, Style>> = { pass: 'green', fail: 'red', warn: 'yellow', 'not applicable': 'dim' }
const signs: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', warn: '!', 'not applicable': '–' }

export interface Progress {
  result(result: Result): void
  end(): void
}

/** Prints failures and warnings as they occur and, on a TTY, the progress. */
export function progress(screen: Screen, total: number): Progress {
  const paint = painter(screen)
  const clear = screen.isTTY ? '\r\x1b[K' : ''
  let done = 0
  return {
    result(result) {
      done++
      const isNews = result.verdict === 'fail' || result.verdict === 'warn'
      screen.write(clear + (isNews ? `${lineOf(result, paint)}\n` : ''))
      if (screen.isTTY) screen.write(paint('dim', `${done}/${total} ${result.clause}`.slice(0, 78)))
    },
    end: () => void screen.write(clear),
  }
}

function lineOf({ verdict, clause, title, id, reasons }: Result, paint: Paint): string {
  const head = `${paint(styles[verdict], signs[verdict])} ${clause}  ${title}  ${paint('dim', id)}`
  return [head, ...reasons.map((reason) => `    ${reason}`)].join('\n')
}

/** Prints the counts by specification. */
export function printSummary(report: Report, screen: Screen): void {
  const paint = painter(screen)
  const groups = [...bySpecification(report.results)]
  const width = Math.max(13, ...groups.map(([name]) => name.length))
  const head = `${'Specification'.padEnd(width)}${verdicts.map((verdict) => verdict.padStart(16)).join('')}`
  const row = (name: string, results: readonly Result[]) => {
    const counts = countsOf(results)
    const cells = verdicts.map((verdict) => paint(counts[verdict] > 0 ? styles[verdict] : 'dim', String(counts[verdict]).padStart(16)))
    return name.padEnd(width) + cells.join('')
  }
  const lines = ['', paint('bold', head), ...groups.map(([name, results]) => row(name, results)), row('All', report.results), '']
  const why = report.limited > 0 ? `${unfinished(report)}\n` : ''
  screen.write(`${lines.join('\n')}\n${conclusion(report)}\n${why}`)
}

/** A one-line summary with the seed. */
export function conclusion({ target, issuer, results, notRun, seconds, seed }: Report): string {
  const { pass, fail, warn } = countsOf(results)
  const left = notRun.length > 0 ? `, ${notRun.length} not run` : ''
  const name = target === issuer ? issuer : `${target} (${issuer})`
  return `${name}: ${pass} passed, ${fail} failed, ${warn} warnings${left}, in ${seconds.toFixed(1)} s, with --seed ${seed}`
}

type Paint = (style: Style, text: string) => string

function painter({ isTTY = false }: Screen): Paint {
  return (style, text) => (isTTY ? styleText(style, text, { validateStream: false }) : text)
}
