/** Commands that mend a registration, for the developer who reads a refusal in development mode. */
import type { Client } from './client.ts'
import { redirectUriProblem } from './redirect-uri.ts'

/** Registers another redirect URI. Undefined when a text is none that every shell takes literally. */
export function registerUri(client: Client, member: 'redirect_uris' | 'post_logout_redirect_uris', uri: string): string | undefined {
  const flag = `--${member.replaceAll('_', '-')}`
  const uris = [...client[member], uri]
  if (![client.client_id, ...uris].every(isLiteral) || redirectUriProblem(uri, client.application_type)) return undefined
  return ['gatehouse clients update', client.client_id, flag, ...uris]
    .map((word, i) => (i === 0 || word === flag ? word : quoted(word)))
    .join(' ')
}

function isLiteral(text: string): boolean {
  return /^[\w:/.?&=%~+,-]{1,300}$/.test(text) && !text.startsWith('-')
}

function quoted(word: string): string {
  return /^[\w:/.-]+$/.test(word) ? word : `'${word}'`
}
