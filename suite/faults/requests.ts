/** Faults of RFC 9126 and RFC 9101. */
import { decode } from '../src/actors/jwt.ts'
import {
  after,
  afterRedirect,
  answers,
  answerWith,
  authenticateAs,
  before,
  both,
  type Fault,
  fault,
  member,
  type Request,
  status,
  without,
} from './fault.ts'
import { shortened } from './memory.ts'

const rfc9126 = (...names: readonly string[]) => names.map((name) => `rfc9126/${name}`)
const rfc9101 = (...names: readonly string[]) => names.map((name) => `rfc9101/${name}`)

/** Pushed requests by their request_uri. */
function pushes() {
  const pushed = new Map<string, Request>()
  const behaviour = after('/request', ({ body }, request) => {
    const { request_uri } = JSON.parse(body)
    if (request_uri) pushed.set(request_uri, request)
  })
  return { pushed, behaviour }
}

const requestUri = (change: (uri: string, query: URLSearchParams) => string | undefined) =>
  before('/auth', ({ query }) => {
    const uri = query.get('request_uri')
    const changed = uri === null ? undefined : change(uri, query)
    if (changed !== undefined) query.set('request_uri', changed)
  })

const pushedFaults: readonly Fault[] = [
  fault(
    'responds to pushed requests with 200',
    rfc9126('pushed-request-works'),
    status('/request', (code) => (code === 201 ? 200 : code)),
  ),
  fault('omits the lifetime of pushed requests', rfc9126('pushed-request-works'), member('/request', 'expires_in', undefined)),
  fault(
    'accepts pushed requests without authentication',
    rfc9126('client-authenticates'),
    before('/request', (request) => {
      authenticateAs('web', request)
    }),
  ),
  fault('accepts request_uri in pushed requests', rfc9126('no-request-uri-inside'), without('/request', 'request_uri')),
  fault(
    'does not validate pushed requests',
    rfc9126('request-is-checked-when-pushed'),
    after('/request', (answer) => {
      if (answer.status === 400)
        Object.assign(answer, answerWith(201, { request_uri: 'urn:ietf:params:oauth:request_uri:later', expires_in: 60 }))
    }),
  ),
  fault('ignores which client uses a request_uri', rfc9126('request-uri-is-bound-to-client'), () => {
    const { pushed, behaviour } = pushes()
    return both(
      behaviour,
      requestUri((uri, query) => {
        if (pushed.has(uri)) query.set('client_id', 'web')
        return undefined
      }),
    )
  }),
  fault('accepts any request_uri', rfc9126('request-uri-must-exist'), () => {
    const { pushed, behaviour } = pushes()
    return both(
      behaviour,
      requestUri((uri) => (pushed.has(uri) ? uri : [...pushed.keys()].at(-1))),
    )
  }),
  fault('accepts a request_uri repeatedly', rfc9126('request-uri-is-used-once'), () => {
    const { pushed, behaviour } = pushes()
    const uses = new Set<string>()
    return both(behaviour, {
      async request(request, ask) {
        const uri = request.path === '/auth' ? request.query.get('request_uri') : null
        const first = pushed.get(uri ?? '')
        if (!uri || !first) return undefined
        if (uses.has(uri)) request.query.set('request_uri', JSON.parse((await ask(structuredCopy(first))).body).request_uri)
        uses.add(uri)
        return undefined
      },
    })
  }),
  fault('reads parameters outside the pushed request', rfc9126('parameters-beside-do-not-count'), () => states()),
  fault('issues short request_uri values', rfc9126('request-uri-is-not-guessed'), () =>
    shortened(
      (name) => member('/request', 'request_uri', (was: unknown) => `urn:ietf:params:oauth:request_uri:${name(String(was))}`),
      'request_uri',
      '/auth',
    ),
  ),
  fault(
    'rejects pushed requests of public clients',
    rfc9126('public-clients-push'),
    answers('/request', ({ form }) => form?.get('client_id') === 'public', 401, { error: 'invalid_client' }),
  ),
]

/** The state outside the request takes precedence. */
function states() {
  const beside: string[] = []
  return both(
    before('/auth', ({ query }) => {
      beside.push(query.get('state') ?? '')
    }),
    afterRedirect((to) => {
      const state = beside.findLast((one) => one === 'beside')
      if (state) to.searchParams.set('state', state)
    }),
  )
}

function structuredCopy({ form, query, headers, ...rest }: Request): Request {
  return { ...rest, headers: { ...headers }, query: new URLSearchParams(query), form: new URLSearchParams(form) }
}

/** Uses the parameters of a request object without verifying it. */
const unverified = before('/auth', ({ query }) => {
  const object = query.get('request')
  if (object?.split('.').length !== 3) return
  const { claims: inside } = decode(object)
  query.delete('request')
  query.delete('request_uri')
  const parameters = Object.entries(inside).filter(
    ([name]) => !['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'request', 'request_uri'].includes(name),
  )
  for (const [name, value] of parameters) query.set(name, String(value))
})

const signedFaults: readonly Fault[] = [
  fault('ignores request objects', rfc9101('signed-request-works'), without('/auth', 'request')),
  fault(
    'does not verify request objects',
    rfc9101(
      'signature-is-verified',
      'client-must-match',
      'object-is-for-this-server-and-now',
      'objects-are-not-nested',
      'unsigned-objects-are-refused',
    ),
    unverified,
  ),
  fault('reads parameters outside the request object', rfc9101('parameters-beside-do-not-count'), () => states()),
]

export const requestFaults: readonly Fault[] = [...pushedFaults, ...signedFaults]
