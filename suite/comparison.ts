/** `npm run suite:comparison -- REPORT.json …`: writes `docs/reference/comparison.md` from reports of runs with `--json`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Compared, comparisonPage } from './src/report/documents.ts'
import type { Report } from './src/report/report.ts'
import { keycloakVersion } from './src/target/keycloak-server.ts'

const intro = `# Comparison

<!-- Made by \`npm run suite:comparison\`. -->

The suite tests servers over HTTP, clause by clause. Each cell is how many of the applicable checks pass: a check is applicable if the
server advertises what the clause is about, and its configuration in [\`suite/src/target\`](../../suite/src/target) has what the check
needs. "–" means that no check is applicable; with another configuration, some may be. A violated SHOULD counts as not passed.

Below the table are the checks that do not pass, with their clauses. A *difference* is where a server does not do what the clause asks
for. A *choice* is where that is deliberate, a default that can be changed, or allowed by another specification. The suite is part of
Gatehouse, whose developers see each failure of Gatehouse and mend it; read its column with that in mind. They examined each failure of
the other servers as well, and mended the check where it asked for more than its clause.`

const names: Readonly<Record<string, string>> = {
  gatehouse: `Gatehouse ${versionIn('package.json')}`,
  'oidc-provider': `oidc-provider ${versionIn('node_modules/oidc-provider/package.json')}`,
  keycloak: `Keycloak ${keycloakVersion}`,
}

const servers = process.argv.slice(2).map((file): Compared => {
  const report: Report = JSON.parse(readFileSync(file, 'utf8'))
  const differences = parse(readFileSync(new URL(`differences/${report.target}.yaml`, import.meta.url), 'utf8'))
  return { report, name: names[report.target] ?? report.target, differences }
})
writeFileSync(new URL('../docs/reference/comparison.md', import.meta.url), `${intro}\n\n${comparisonPage(servers)}\n`)

for (const { report, differences } of servers) {
  const wrong = new Set(report.results.flatMap(({ id, verdict }) => (verdict === 'fail' || verdict === 'warn' ? [id] : [])))
  const added = [...wrong].filter((id) => !(id in differences))
  const gone = Object.keys(differences).filter((id) => !wrong.has(id))
  for (const id of added) console.error(`differences/${report.target}.yaml does not have ${id}`)
  for (const id of gone) console.error(`differences/${report.target}.yaml has ${id}, which passes or was not run`)
  if (added.length + gone.length > 0) process.exitCode = 1
}

function versionIn(file: string): string {
  return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).version
}
