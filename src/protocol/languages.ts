/** A client in the languages of who looks at it — RFC 7591 §2.2. */
import type { Client } from './client.ts'

const localizable = ['client_name', 'client_uri', 'logo_uri', 'policy_uri', 'tos_uri'] as const

/** More than anybody reads. */
const maxLanguages = 10

/** The client with its names and addresses in the first of these languages that it has them in. `languages`: BCP 47, preferred first. */
export function inLanguages(client: Client, languages: readonly string[]): Client {
  const values = new Map(Object.entries(client.localizations).map(([name, value]) => [name.toLowerCase(), value]))
  if (values.size === 0) return client
  const tags = languages.slice(0, maxLanguages).flatMap(widened)
  const found = localizable.flatMap((member) => {
    const tag = tags.find((one) => values.has(`${member}#${one}`))
    return tag === undefined ? [] : [[member, values.get(`${member}#${tag}`)]]
  })
  return { ...client, ...Object.fromEntries(found) }
}

/** The tag, and each wider one. RFC 4647 §3.4 */
function widened(language: string): string[] {
  const parts = language.toLowerCase().split('-').slice(0, 8)
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('-'))
}
