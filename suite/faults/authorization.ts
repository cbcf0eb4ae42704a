/** Faults of the authorization endpoint. */
import { createHash } from 'node:crypto'
import { clients } from '../src/target/prepared.ts'
import {
  afterRedirect,
  answers,
  answerWith,
  type Behaviour,
  before,
  both,
  type Fault,
  fault,
  header,
  member,
  type Request,
  without,
} from './fault.ts'

const rfc6749 = (...names: readonly string[]) => names.map((name) => `rfc6749/${name}`)
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

const invalid = { error: 'invalid_request' }
const redirectParams = (change: (params: URLSearchParams, request: Request) => void): Behaviour =>
  afterRedirect((to, request) => change(to.searchParams, request))

/** Changes a request parameter. */
const understands = (parameter: string, change: (value: string, request: Request) => string | undefined): Behaviour =>
  before('/auth', (request) => {
    const value = request.query.get(parameter)
    if (value === null) return
    const changed = change(value, request)
    if (changed === undefined) request.query.delete(parameter)
    else request.query.set(parameter, changed)
  })

/** Redirects to any URI. */
function anyRedirectUri(): Behaviour {
  const asked = new Map<string, string>()
  const take = before('/auth', ({ query }) => {
    const [state, uri, client] = ['state', 'redirect_uri', 'client_id'].map((name) => query.get(name) ?? '') as [string, string, string]
    const registered = clients[client]?.redirect_uris[0]
    if (!registered || clients[client]!.redirect_uris.includes(uri)) return undefined
    asked.set(state, uri)
    query.set('redirect_uri', registered)
    query.delete('prompt') // so that the request succeeds
  })
  const send = afterRedirect((to) => {
    const uri = asked.get(to.searchParams.get('state') ?? '')
    if (uri && URL.canParse(uri)) to.href = `${uri.split('#')[0]}${to.search}`
  })
  return both(take, send)
}

export const authorizationFaults: readonly Fault[] = [
  fault(
    'redirects to any URI',
    [
      ...rfc6749('unregistered-redirect-uri-is-not-followed', 'redirect-uri-has-no-fragment'),
      'rfc8252/only-the-port-is-free',
      'rfc8252/port-is-not-free-elsewhere',
      'rfc8252/private-use-scheme',
    ],
    anyRedirectUri,
  ),
  fault(
    'compares redirect URIs by prefix',
    ['rfc9700/redirect-uri-is-compared-exactly'],
    understands('redirect_uri', (uri) => (uri.startsWith('https://web.example/callback') ? 'https://web.example/callback' : uri)),
  ),
  fault(
    'compares redirect URIs case-insensitively',
    ['rfc9700/redirect-uri-is-compared-exactly'],
    understands('redirect_uri', (uri) => uri.toLowerCase()),
  ),
  fault(
    'trims redirect URIs',
    ['rfc9700/redirect-uri-is-compared-exactly'],
    understands('redirect_uri', (uri) => uri.trim()),
  ),
  fault(
    'normalizes redirect URIs',
    ['rfc9700/redirect-uri-is-compared-exactly'],
    understands('redirect_uri', (uri) => (URL.canParse(uri) ? new URL(uri).href : uri)),
  ),
  fault(
    'assumes the first of several redirect URIs',
    rfc6749('redirect-uri-is-required-among-several'),
    before('/auth', ({ query }) => {
      const first = clients[query.get('client_id') ?? '']?.redirect_uris[0]
      if (!query.has('redirect_uri') && first) query.set('redirect_uri', first)
    }),
  ),
  fault(
    'drops the query of a redirect URI',
    rfc6749('redirect-uri-query-is-kept'),
    redirectParams((params) => params.delete('app')),
  ),
  fault(
    'redirects with an error before validating client and URI',
    rfc6749('unknown-client-is-not-redirected', 'unregistered-redirect-uri-is-not-followed'),
    before('/auth', ({ query }) => {
      const [client, uri] = [clients[query.get('client_id') ?? ''], query.get('redirect_uri')]
      if (!uri || client?.redirect_uris.includes(uri)) return undefined
      return { ...answerWith(302, {}), headers: { location: `${uri}?error=invalid_client` } }
    }),
  ),
  fault(
    'drops state',
    rfc6749('state-is-returned', 'state-is-returned-with-errors'),
    redirectParams((params) => params.delete('state')),
  ),
  fault(
    'truncates state',
    rfc6749('state-is-returned'),
    redirectParams((params) => params.set('state', params.get('state')!.slice(0, 100))),
  ),
  fault(
    'decodes state twice',
    rfc6749('state-is-returned'),
    redirectParams((params) => params.set('state', params.get('state')!.replaceAll('+', ' '))),
  ),
  fault(
    'adds an empty state',
    rfc6749('authorization-empty-parameters-are-absent'),
    redirectParams((params) => params.has('state') || params.set('state', '')),
  ),
  fault(
    'returns a code with errors',
    rfc6749('state-is-returned-with-errors', 'declined-is-access-denied'),
    redirectParams((params) => params.has('error') && params.set('code', 'code')),
  ),
  fault(
    'uses the first of repeated parameters at the authorization endpoint',
    rfc6749('authorization-parameters-come-once'),
    before('/auth', ({ query }) => {
      for (const name of new Set(query.keys())) query.set(name, query.get(name)!)
    }),
  ),
  fault(
    'rejects unknown parameters at the authorization endpoint',
    rfc6749('authorization-ignores-unknown-parameters'),
    answers('/auth', ({ query }) => query.has('constructor'), 400, invalid),
  ),
  fault(
    'assumes response type code',
    rfc6749('response-type-is-required', 'response-type-must-be-known', 'authorization-empty-parameters-are-absent'),
    before('/auth', ({ query }) => {
      query.set('response_type', 'code')
    }),
  ),
  fault(
    'uses another code for access_denied',
    rfc6749('declined-is-access-denied'),
    redirectParams((params) => params.get('error') === 'access_denied' && params.set('error', 'consent_denied')),
  ),
  fault(
    'grants scopes with invalid characters',
    rfc6749('scope-is-well-formed'),
    both(
      understands('scope', (scope) => scope.replace(/[^\w ]/g, '')),
      member('/token', 'scope', (was: unknown) => `${was} "quoted" back\\slash ä`),
    ),
  ),
  fault(
    'merges the query into a POST request',
    ['openid-connect-core/request-by-post-and-query'],
    before('/auth', ({ form, query }) => {
      const uri = form && query.get('redirect_uri')
      return uri ? { ...answerWith(303, {}), headers: { location: `${uri}?code=1` } } : undefined
    }),
  ),
  fault(
    'returns a code for response type none',
    ['oauth-2-0-multiple-response-type-encoding-practices/none'],
    redirectParams((params) => params.set('code', 'code')),
  ),
  fault(
    'allows CORS at the authorization endpoint',
    ['rfc9700/no-cors-at-the-authorization-endpoint'],
    header('/auth', 'access-control-allow-origin', '*'),
  ),
  fault('redirects form submissions with 307', ['rfc9700/no-temporary-redirect'], {
    answer(answer, { method }) {
      if (method === 'POST' && answer.status === 303) answer.status = 307
    },
  }),
  fault('reflects values without escaping', rfc6749('reflected-values-are-escaped'), {
    answer(answer, { query }) {
      if (answer.headers['content-type']?.includes('html')) answer.body += [...query.values()].join('')
    },
  }),
  fault('lets line breaks inject headers', rfc6749('reflected-values-stay-in-their-header'), {
    answer(answer) {
      if (answer.headers['location']?.includes('x-injected')) answer.headers['x-injected'] = '1'
    },
  }),
  fault(
    'fails on a NUL character',
    rfc6749('odd-values-are-no-fault'),
    answers('/auth', ({ query }) => query.get('state') === '\0', 500, {}),
  ),
  fault(
    'ignores response_mode',
    [...rfc6749('response-mode-must-be-known'), 'rfc8414/response-modes-are-served'],
    without('/auth', 'response_mode'),
  ),
  fault('accepts a sign-in form from another browser', rfc6749('form-of-one-browser-is-useless-in-another'), () => {
    const given = new Map<string, string[]>()
    return {
      request({ path, headers }) {
        const [place, cookies] = [...given].find(([place]) => path.startsWith(place)) ?? []
        if (place && !headers['cookie']) headers['cookie'] = cookies!.join('; ')
        return undefined
      },
      answer({ cookies }) {
        for (const cookie of cookies) {
          const [, pair = '', place = ''] = /^([^;]*); path=([^;]*)/.exec(cookie) ?? []
          if (place.length > 1) given.set(place, [...(given.get(place) ?? []), pair])
        }
      },
    }
  }),
  fault(
    'drops iss',
    ['iss-in-responses', 'iss-in-errors', 'iss-in-every-mode', 'iss-is-the-issuer-of-the-metadata'].map((name) => `rfc9207/${name}`),
    redirectParams((params) => params.delete('iss')),
  ),
  fault(
    'drops iss in errors',
    ['rfc9207/iss-in-errors'],
    redirectParams((params) => params.has('error') && params.delete('iss')),
  ),
  fault(
    'drops iss in fragments',
    ['rfc9207/iss-in-every-mode'],
    afterRedirect((to) => {
      to.hash = to.hash.replace(/[&#]iss=[^&]*/, '')
    }),
  ),
  fault(
    'returns another iss',
    ['rfc9207/iss-in-responses', 'rfc9207/iss-is-the-issuer-of-the-metadata'],
    redirectParams((params) => params.set('iss', `${params.get('iss')}/?x=1`)),
  ),
  fault(
    'ignores code verifiers',
    [
      ...['verifier-is-required', 'verifier-must-match', 'verifier-belongs-to-its-code', 'challenge-must-be-well-formed'].map(
        (name) => `rfc7636/${name}`,
      ),
      'rfc7636/method-must-be-supported',
      'rfc9700/code-injection',
    ],
    both(without('/auth', 'code_challenge', 'code_challenge_method'), without('/token', 'code_verifier')),
  ),
  fault(
    'treats S256 as plain',
    ['rfc7636/s256-vector', 'rfc7636/verifier-must-match'],
    understands('code_challenge', (challenge) => challengeOf(challenge)),
  ),
  fault(
    'treats every challenge method as S256',
    ['rfc7636/method-must-be-supported'],
    understands('code_challenge_method', () => 'S256'),
  ),
  fault('ignores a verifier without a challenge', ['rfc9700/pkce-downgrade'], without('/token', 'code_verifier')),
  fault(
    'does not require PKCE of public clients',
    ['rfc9700/public-clients-prove-keys', 'rfc8252/native-clients-prove-keys'],
    before('/auth', ({ query }) => {
      if (!query.has('code_challenge')) query.set('code_challenge', challengeOf('x'.repeat(43)))
      query.set('code_challenge_method', 'S256')
    }),
  ),
  fault(
    'does not accept a port on loopback',
    ['rfc8252/loopback-port-is-free'],
    answers('/auth', ({ query }) => /:\d+\//.test(query.get('redirect_uri') ?? ''), 400, invalid),
  ),
  fault(
    'does not support private-use schemes',
    ['rfc8252/private-use-scheme'],
    answers('/auth', ({ query }) => query.get('redirect_uri')?.startsWith('com.'), 400, invalid),
  ),
]
