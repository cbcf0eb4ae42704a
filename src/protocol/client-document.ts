/** Client identifiers that are URLs of metadata documents, and which of them a tenant accepts — draft-ietf-oauth-client-id-metadata-document-02 §3. */
import type { Client } from './client.ts'
import type { Store } from './ports.ts'

/** https, a host, perhaps a port, and a path; no user name, fragment or dot segment. */
const form = /^https:\/\/[a-z\d.-]+(?::\d{1,5})?\/[^\s#\\]*$/i
const dotSegment = /\/(?:\.|%2e){1,2}(?=[/?]|$)/i
const maxLength = 255

/** Whether the identifier can be that of a metadata document. What differs from it in a single character is another client. */
export function isDocumentUrl(id: string): boolean {
  return id.length <= maxLength && form.test(id) && !dotSegment.test(id.replace(/\?.*$/, '')) && URL.canParse(id)
}

/** Whether the identifier is at one of these hosts: names, `*.` and a name for those below it, or `*` for all. */
export function isAtHost(hosts: readonly string[], id: string): boolean {
  const host = id.startsWith('https://') ? URL.parse(id)?.hostname : undefined
  if (host === undefined) return false
  return hosts.some((name) => {
    const accepted = name.toLowerCase()
    return accepted === '*' || accepted === host || (accepted.startsWith('*.') && host.endsWith(accepted.slice(1)))
  })
}

/** The host that vouches for the client, with its port; undefined for a client that is not known by a document. */
export function documentHost({ client_id: id, documentReadAt }: Client): string | undefined {
  return documentReadAt === undefined ? undefined : new URL(id).host
}

/** The clients of a tenant, without those of documents at hosts that it does not accept, or no longer. */
export function withAcceptedDocuments(clients: Store['clients'], hosts: readonly string[]): Store['clients'] {
  const find = async (id: string) => {
    const client = await clients.find(id)
    return client?.documentReadAt === undefined || isAtHost(hosts, id) ? client : undefined
  }
  return { ...clients, find }
}
