/** Faults of RFC 8628, RFC 7591, RFC 7592 and RFC 9396. */
import {
  afterJson,
  answers,
  authenticateAs,
  before,
  both,
  type Fault,
  fault,
  header,
  member,
  type Request,
  status,
  without,
} from './fault.ts'
import { repeats, shortened } from './memory.ts'

const rfc8628 = (...names: readonly string[]) => names.map((name) => `rfc8628/${name}`)
const rfc7591 = (...names: readonly string[]) => names.map((name) => `rfc7591/${name}`)
const rfc7592 = (...names: readonly string[]) => names.map((name) => `rfc7592/${name}`)
const rfc9396 = (...names: readonly string[]) => names.map((name) => `rfc9396/${name}`)

const deviceCode = ({ form }: Request) => form?.get('grant_type')?.endsWith('device_code')

const deviceFaults: readonly Fault[] = [
  fault(
    'uses another code for authorization_pending',
    rfc8628('device-gets-tokens'),
    member('/token', 'error', (was: unknown) => (was === 'authorization_pending' ? 'invalid_grant' : was)),
  ),
  ...['device_code', 'user_code', 'verification_uri', 'expires_in'].map((name) =>
    fault(`omits ${name} from device authorization responses`, rfc8628('authorization-response'), member('/device/auth', name, undefined)),
  ),
  fault('accepts a device code repeatedly', rfc8628('device-code-is-used-once'), () =>
    repeats('device_code', '/token', ({ status: code }) => code === 200),
  ),
  fault(
    'keeps a declined device pending',
    rfc8628('declined-is-access-denied'),
    member('/token', 'error', (was: unknown) => (was === 'access_denied' ? 'authorization_pending' : was)),
  ),
  fault(
    'ignores which client presents a device code',
    rfc8628('device-code-is-bound-to-client'),
    before('/token', (request) => {
      if (deviceCode(request)) authenticateAs('device', request)
    }),
  ),
  fault('issues short user codes', rfc8628('user-codes'), () =>
    shortened((name) => member('/device/auth', 'user_code', (was: unknown) => name(String(was))), 'user_code', '/device'),
  ),
  fault('accepts any user code', rfc8628('wrong-user-code-allows-nothing'), () => {
    const seen: string[] = []
    return both(
      afterJson('/device/auth', ({ user_code }) => void seen.push(String(user_code))),
      before('/device', ({ form }) => {
        if (form?.get('user_code') === 'XXXX-XXXX') form.set('user_code', seen.at(-1)!)
      }),
    )
  }),
  fault(
    'accepts unknown clients at the device authorization endpoint',
    rfc8628('unknown-client-is-refused'),
    before('/device/auth', (request) => {
      authenticateAs('device', request)
    }),
  ),
]

const registrationAnswer = (change: object) => afterJson('/reg', (said) => void Object.assign(said, change))

/** Silently replaces invalid metadata. */
const replaced = (name: string, by: unknown, isBad: (value: unknown) => boolean) =>
  before('/reg', (request) => {
    if (!request.body.startsWith('{"')) return
    const metadata = JSON.parse(request.body)
    if (isBad(metadata[name])) request.body = JSON.stringify({ ...metadata, [name]: by })
  })

const registrationFaults: readonly Fault[] = [
  fault(
    'registers clients that are notified nowhere',
    ['openid-connect-ciba-core/notification-endpoint-is-registered'],
    answers('/reg', ({ body }) => body.includes('"ping"'), 201, { client_id: 'given' }),
  ),
  fault(
    'responds to registration with 200',
    rfc7591('client-is-registered'),
    status('/reg', (code) => (code === 201 ? 200 : code)),
  ),
  fault('omits client_secret_expires_at', rfc7591('client-is-registered'), registrationAnswer({ client_secret_expires_at: undefined })),
  fault(
    'registers other redirect URIs than requested',
    rfc7591('client-is-registered'),
    registrationAnswer({ redirect_uris: ['https://other.example/'] }),
  ),
  fault('sends registrations without Cache-Control', rfc7591('response-is-not-cached'), header('/reg', 'cache-control', undefined)),
  fault(
    'rejects unknown client metadata',
    rfc7591('unknown-metadata-is-ignored'),
    answers('/reg', ({ body }) => body.includes('x-unheard-of'), 400, { error: 'invalid_client_metadata' }),
  ),
  fault(
    'does not validate redirect URIs at registration',
    rfc7591('redirect-uris-are-checked'),
    replaced('redirect_uris', ['https://registered.example/callback'], () => true),
  ),
  fault(
    'does not validate client metadata',
    rfc7591('metadata-is-checked'),
    answers('/reg', ({ body }) => body.includes('"grant_types":["unheard-of"]'), 201, { client_id: 'given', grant_types: ['unheard-of'] }),
  ),
  fault(
    'accepts any registration body',
    rfc7591('body-is-json'),
    before('/reg', (request) => {
      if (request.body.startsWith('{"')) return
      Object.assign(request, { form: undefined, body: JSON.stringify({ redirect_uris: ['https://registered.example/callback'] }) })
      request.headers['content-type'] = 'application/json'
    }),
  ),
  fault('ignores the registration access token', rfc7592('client-is-read'), () => {
    const tokens = new Map<string, string>()
    return {
      request({ path, headers }) {
        const token = tokens.get(path)
        if (token) headers['authorization'] = `Bearer ${token}`
        return undefined
      },
      answer({ body }) {
        if (!body.includes('registration_client_uri')) return
        const { registration_client_uri, registration_access_token } = JSON.parse(body)
        tokens.set(new URL(registration_client_uri).pathname, registration_access_token)
      },
    }
  }),
  fault('ignores client updates', rfc7592('client-is-updated'), {
    request(request) {
      if (request.method === 'PUT') Object.assign(request, { method: 'GET', body: '' })
      return undefined
    },
  }),
  fault('ignores client deletion', rfc7592('client-is-deleted'), {
    request: ({ method }) => (method === 'DELETE' ? { status: 204, headers: {}, cookies: [], body: '' } : undefined),
  }),
]

const details = 'authorization_details'

const anyDetails = (params: URLSearchParams | undefined): undefined => {
  if (params?.has(details)) params.set(details, '[{"type":"order"}]')
}

const detailFaults: readonly Fault[] = [
  fault(
    'accepts any authorization_details',
    rfc9396('unknown-types-are-refused', 'pushed-details-are-checked'),
    both(
      before('/auth', ({ query }) => anyDetails(query)),
      before('/request', ({ form }) => anyDetails(form)),
    ),
  ),
  fault('hides authorization_details from APIs', rfc9396('apis-learn-details'), member('/token/introspection', details, undefined)),
  fault(
    'grants the authorization_details of the token request',
    rfc9396('token-request-does-not-widen'),
    both(without('/token', details), member('/token', details, [{ type: 'order', actions: ['read', 'write'] }])),
  ),
  fault(
    'omits the granted authorization_details',
    rfc9396('granted-details-are-told'),
    member('/token', 'authorization_details', undefined),
  ),
]

export const deviceAndClientFaults: readonly Fault[] = [...deviceFaults, ...registrationFaults, ...detailFaults]
