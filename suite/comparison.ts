/** `npm run suite:comparison -- REPORT.json …`: writes `docs/reference/comparison.md` from reports of runs with `--json`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { comparisonPage } from './src/report/documents.ts'
import type { Report } from './src/report/report.ts'

const intro = `# Comparison

<!-- Made by \`npm run suite:comparison\`. -->

The suite tests servers over HTTP, clause by clause. Each cell is how many of the applicable checks pass: a check is applicable if the
server advertises what the clause is about. A violated SHOULD counts as not passed. Below the table, each server's differences are
listed with their clauses; a choice is called a choice. How the servers are configured is in [\`suite/src/target\`](../../suite/src/target).`

const reports = process.argv.slice(2).map((file): Report => JSON.parse(readFileSync(file, 'utf8')))
const differences = Object.fromEntries(reports.map(({ target }) => [target, differencesOf(target)]))
writeFileSync(new URL('../docs/reference/comparison.md', import.meta.url), `${intro}\n\n${comparisonPage(reports, differences)}\n`)

function differencesOf(target: string): Record<string, string> {
  return parse(readFileSync(new URL(`differences/${target}.yaml`, import.meta.url), 'utf8'))
}
