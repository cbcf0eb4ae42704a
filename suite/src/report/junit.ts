/** The report as JUnit XML. */
import { escaped } from './markup.ts'
import { bySpecification, countsOf, type Report, type Result } from './report.ts'

export function junit({ target, results, seconds, startedAt }: Report): string {
  const suites = [...bySpecification(results)].map(([name, group]) => {
    const { fail, 'not applicable': skipped } = countsOf(group)
    const time = group.reduce((sum, result) => sum + result.seconds, 0)
    const head = attributes({ name, tests: group.length, failures: fail, skipped, time: time.toFixed(3), timestamp: startedAt })
    return `  <testsuite${head}>\n${group.map(testCase).join('')}  </testsuite>\n`
  })
  const { fail } = countsOf(results)
  const head = attributes({ name: target, tests: results.length, failures: fail, time: seconds.toFixed(3) })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${suites.join('')}</testsuites>\n`
}

function testCase({ id, clause, title, verdict, reasons, seconds }: Result): string {
  const head = attributes({ classname: clause, name: `${title} (${id})`, time: seconds.toFixed(3) })
  const message = reasons.join('; ')
  if (verdict === 'pass') return `    <testcase${head}/>\n`
  const inside = {
    fail: `<failure${attributes({ message })}/>`,
    'not applicable': `<skipped${attributes({ message })}/>`,
    warn: `<system-out>${escaped(message)}</system-out>`,
  }[verdict]
  return `    <testcase${head}>${inside}</testcase>\n`
}

function attributes(of: Readonly<Record<string, string | number>>): string {
  return Object.entries(of)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('')
}
