/** `npm run suite:comparison`: runs the suite against Gatehouse and the references and writes `docs/reference/comparison.md`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { catalogue } from './src/catalogue.ts'
import { comparisonPage } from './src/report/documents.ts'
import type { Report } from './src/report/report.ts'
import { runChecks } from './src/run.ts'
import { startGatehouse } from './src/target/gatehouse.ts'
import { startKeycloakTarget } from './src/target/keycloak.ts'
import { startOidcProvider } from './src/target/oidc-provider.ts'
import type { RunningTarget } from './src/target/target.ts'

const intro = `# Comparison

<!-- Made by \`npm run suite:comparison\`. -->

The suite tests servers over HTTP, clause by clause. Each cell is how many of the applicable checks pass: a check is applicable if the
server advertises what the clause is about. A violated SHOULD counts as not passed. Below the table, each server's differences are
listed with their clauses; a choice is called a choice. How the servers are configured is in [\`suite/src/target\`](../../suite/src/target).`

const checks = await catalogue()
const reports: Report[] = []
for (const start of [startGatehouse, startOidcProvider, startKeycloakTarget]) reports.push(await reportOf(await start()))
const differences = Object.fromEntries(reports.map(({ target }) => [target, differencesOf(target)]))
writeFileSync(new URL('../docs/reference/comparison.md', import.meta.url), `${intro}\n\n${comparisonPage(reports, differences)}\n`)

async function reportOf(target: RunningTarget): Promise<Report> {
  process.stderr.write(`${target.name}\n`)
  try {
    return await runChecks({ checks, target, seconds: 600 })
  } finally {
    await target.stop()
  }
}

function differencesOf(target: string): Record<string, string> {
  return parse(readFileSync(new URL(`differences/${target}.yaml`, import.meta.url), 'utf8'))
}
