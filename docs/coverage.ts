/** Which clause of a specification stands where in the sources, and which check of the suite tests it: `docs/reference/coverage.md`. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue } from '../suite/src/catalogue.ts'

const root = join(import.meta.dirname, '..')

/** How a specification is cited, and its name here. */
const titles: readonly [pattern: string, name: string][] = [
  ['RFC ?\\d{3,4}', ''],
  ['(?:OpenID Connect )?RP-Initiated Logout', 'OpenID Connect RP-Initiated Logout'],
  ['(?:OpenID Connect )?Back-Channel Logout', 'OpenID Connect Back-Channel Logout'],
  ['(?:OpenID Connect )?Front-Channel Logout', 'OpenID Connect Front-Channel Logout'],
  ['OpenID Connect Discovery|Discovery', 'OpenID Connect Discovery'],
  ['OpenID (?:Connect (?:Dynamic Client )?)?Registration', 'OpenID Connect Registration'],
  ['(?:OpenID Connect )?CIBA Core', 'OpenID Connect CIBA Core'],
  ['OpenID Connect Core|Core', 'OpenID Connect Core'],
  ['OpenID for Verifiable Credential Issuance(?: 1\\.0)?', 'OpenID for Verifiable Credential Issuance'],
  ['OpenID Federation(?: 1\\.0)?', 'OpenID Federation'],
  ['OAuth 2\\.0 Multiple Response Type Encoding Practices|Encoding Practices', 'OAuth 2.0 Multiple Response Type Encoding Practices'],
  ['OAuth 2\\.0 Form Post Response Mode', 'OAuth 2.0 Form Post Response Mode'],
  ['JWT Secured Authorization Response Mode(?: for OAuth 2\\.0)?|JARM', 'JARM'],
  ['(?:OAuth 2\\.0 )?Grant Management(?: for OAuth 2\\.0)?', 'OAuth 2.0 Grant Management'],
  ['draft-ietf-oauth-client-id-metadata-document-\\d\\d', 'OAuth Client ID Metadata Document'],
  ['FAPI 2\\.0 Security Profile', 'FAPI 2.0 Security Profile'],
  ['FAPI 2\\.0 Message Signing', 'FAPI 2.0 Message Signing'],
]
const title = new RegExp(`\\b(${titles.map(([pattern]) => pattern).join('|')})\\b`)
/** A section, after the title of its specification or after another section of it. */
const cited = new RegExp(`(?:\\b(${titles.map(([pattern]) => pattern).join('|')}) )?§([\\dA-Z]+(?:\\.\\d+)*)`, 'g')

/** Citations by `SPECIFICATION §SECTION`, with the files that have them. */
export interface Coverage {
  rules: ReadonlyMap<string, readonly string[]>
  checks: ReadonlyMap<string, readonly string[]>
}

export async function coverage(): Promise<Coverage> {
  const checks = (await catalogue()).map(({ clause, id }) => [clause, id] as const)
  const files = globSync('src/protocol/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] }).toSorted()
  const rules = files.flatMap((file) =>
    clausesOf(readFileSync(join(root, file), 'utf8')).map((clause) => [clause, file.replaceAll('\\', '/')] as const),
  )
  return { rules: collected(rules), checks: collected(checks) }
}

/** The first line of a file names the specification of the sections that stand alone. */
function clausesOf(text: string): string[] {
  const [first = ''] = text.split('\n')
  const ofFile = nameOf(title.exec(first)?.[1])
  return text.split('\n').flatMap((line) => {
    const named = nameOf(title.exec(line)?.[1])
    let last = named ?? ofFile
    return [...line.matchAll(cited)].flatMap(([, spec, section]) => {
      last = nameOf(spec) ?? last
      return last === undefined ? [] : [`${last} §${section}`]
    })
  })
}

function nameOf(spec: string | undefined): string | undefined {
  if (spec === undefined) return undefined
  const known = titles.find(([pattern]) => new RegExp(`^(?:${pattern})$`).test(spec))
  return known?.[1] || spec.replace(/^RFC ?/, 'RFC ')
}

function collected(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const found = Map.groupBy(pairs, ([clause]) => clause)
  return new Map([...found].map(([clause, entries]) => [clause, [...new Set(entries.map(([, place]) => place))]]))
}

/** `RFC 6749 §4.1.3` before `RFC 6749 §10.2`, RFCs before other specifications. */
export function byClause(a: string, b: string): number {
  const rank = (clause: string) => (clause.startsWith('RFC ') ? '0' : '1') + clause
  return rank(a).localeCompare(rank(b), 'en', { numeric: true })
}
