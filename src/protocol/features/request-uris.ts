/** Request objects that the server fetches from an address of the client — RFC 9101 §5.2, OpenID Connect Core §6.2. */
import type { Client } from '../client.ts'
import { equal, sha256 } from '../codec/digest.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature } from '../feature.ts'
import { countFlow } from '../flow.ts'
import { readRequestObject } from '../request-object.ts'

const maxBytes = 24_576

/** Exactly a registered one. A hash in the fragment may be that of the day, unless the registration has one too. OpenID Connect Registration §2 */
function isRegistered({ request_uris: registered }: Client, uri: string): boolean {
  return registered.includes(uri) || registered.includes(uri.replace(/#.*$/s, ''))
}

/** The JWT at this address. A fragment of the length of a hash must be the hash of what is there. OpenID Connect Core §6.2 */
async function fetched({ remote }: Ctx, uri: string): Promise<string> {
  const unusable = 'request_uri cannot be fetched, or its content is not what its fragment says'
  const [address = '', hash] = uri.split('#')
  const headers = { accept: 'application/oauth-authz-req+jwt, application/jwt' }
  const answer = await remote
    .request({ url: address, headers, maxBytes })
    .catch((error: unknown) => refuse('invalid_request_uri', unusable, String(error)))
  if (answer.status !== 200) refuse('invalid_request_uri', unusable, `the answer has status ${answer.status}`)
  if (hash?.length === 43 && !equal(sha256(answer.body), hash)) refuse('invalid_request_uri', unusable, 'another hash')
  return answer.body.trim()
}

export function requestUris(): Feature {
  return {
    id: 'requestUris',
    spec: 'RFC 9101 §5.2',
    requires: ['requestObjects'],
    parameters: ['request_uri'],
    metadata: ({ tenant }) => (tenant.requestUri ? { require_request_uri_registration: true } : {}), // OpenID Connect Discovery §3

    async resolveRequest(ctx, { params, client, address }) {
      const uri = params.get('request_uri')
      if (!ctx.tenant.requestUri || uri === undefined || !/^https?:/.test(uri)) return undefined
      if (!isRegistered(client, uri)) refuse('invalid_request_uri', 'request_uri is not registered for this client')
      await countFlow(ctx, address) // it is fetched for anybody
      return readRequestObject(ctx, client, await fetched(ctx, uri), params)
    },
  }
}
