/** Metadata documents of clients at their client identifiers — draft-ietf-oauth-client-id-metadata-document-02 §5. */
import { isJsonObject, readJson } from '../protocol/codec/json.ts'
import type { ClientDocuments, Remote, RemoteAnswer } from '../protocol/remote.ts'
import { RemoteError } from '../protocol/remote-error.ts'
import { remembered } from './remembered.ts'

/** `now`: seconds since the epoch. `failed`: is told why an address gave no document. */
export function clientDocuments(options: {
  remote: Remote
  now: () => number
  failed: (url: string, error: unknown) => void
}): ClientDocuments {
  const documents = remembered({
    ...options,
    ...{ accept: 'application/json', maxBytes: 5120, read: membersIn, pause: 10, staleFor: 0 }, // §8.7
  })
  return {
    async at(url) {
      const { value, error } = await documents.at(url)
      if (value !== undefined) return { members: value }
      // What its server answers is its word; a server that does not answer may be back in a moment.
      return { answered: !(error instanceof RemoteError) || error.failure === 'too-large', why: String(error) }
    },
  }
}

/** Throws when the answer is no JSON object. §4 */
function membersIn({ status, headers, body }: RemoteAnswer): Readonly<Record<string, unknown>> {
  if (status !== 200) throw new Error(`the answer has status ${status}`)
  if (!/^application\/(?:json|[\w.+-]+\+json)\s*(?:;|$)/i.test(headers['content-type'] ?? ''))
    throw new Error('the answer does not say that it is JSON')
  const read = readJson(body)
  const value = 'value' in read ? read.value : undefined
  if (!isJsonObject(value)) throw new Error('the answer is not one JSON object with each name once')
  return value
}
