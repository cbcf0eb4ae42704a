/** Faults of APIs, and of what they learn about the sign-in: RFC 9728, RFC 9470. */
import { after, type Behaviour, type Fault, fault, header, member, without } from './fault.ts'
import { resigned } from './resign.ts'

const rfc9728 = (...names: readonly string[]) => names.map((name) => `rfc9728/${name}`)
const rfc9470 = (...names: readonly string[]) => names.map((name) => `rfc9470/${name}`)

const metadata = '/.well-known/oauth-protected-resource/notes'
const stepUp = '/notes/recent'

const challenge = (path: string, pattern: RegExp, replacement: string): Behaviour =>
  after(path, ({ headers }) => {
    const was = headers['www-authenticate']
    if (was !== undefined) headers['www-authenticate'] = was.replace(pattern, replacement)
  })

export const apiFaults: readonly Fault[] = [
  fault('serves the metadata of an API as text', rfc9728('metadata-is-json'), header(metadata, 'content-type', 'text/plain')),
  fault(
    'names another resource in the metadata of an API',
    rfc9728('resource-is-the-identifier', 'challenge-points-to-the-metadata'),
    member(metadata, 'resource', 'https://other.example'),
  ),
  fault('has an empty list in the metadata of an API', rfc9728('empty-members-are-omitted'), member(metadata, 'scopes_supported', [])),
  fault(
    'does not point to the metadata of an API',
    rfc9728('challenge-points-to-the-metadata'),
    challenge('/notes', /,? *resource_metadata="[^"]*"/, ''),
  ),
  fault(
    'lists another issuer in the metadata of an API',
    rfc9728('authorization-servers-are-issuers'),
    member(metadata, 'authorization_servers', ['https://other.example']),
  ),
  fault(
    'calls a token invalid whose sign-in is too old',
    rfc9470('challenge-names-the-requirements'),
    challenge(stepUp, /insufficient_user_authentication/, 'invalid_token'),
  ),
  fault(
    'does not tell which sign-in it needs',
    rfc9470('challenge-names-the-requirements', 'challenge-can-be-met'),
    challenge(stepUp, /,? *max_age="[^"]*"/, ''),
  ),
  fault('ignores max_age', rfc9470('challenge-can-be-met', 'max-age-and-acr-are-honored'), without('/authorize', 'max_age')),
  ...['auth_time', 'acr'].flatMap((name) => [
    fault(
      `does not put ${name} into access tokens`,
      rfc9470('access-tokens-tell-the-sign-in'),
      resigned('access_token', ({ claims }) => delete claims[name], '/.well-known/jwks.json'),
    ),
    fault(`does not tell ${name} at introspection`, rfc9470('introspection-tells-the-sign-in'), member('/introspect', name, undefined)),
  ]),
]
