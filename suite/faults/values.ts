/** Faults of values that servers show, and of the characters and lengths of what they issue. */
import { after, afterRedirect, answers, answerWith, type Behaviour, before, both, type Fault, fault, member, without } from './fault.ts'
import { forgiving, pages, welcoming } from './lenient.ts'

const discovery = '/.well-known/openid-configuration'

/** Takes escapes out of pages. */
const unescaped = pages((body) => body.replaceAll(/&lt;script(?:>|&gt;)alert\(1\)/g, '<script>alert(1)'))

/** What a token request asked for counts for all later ones. */
const forgetful = (): Behaviour => {
  let narrowed: string | undefined
  return before('/token', ({ form }) => {
    if (form?.get('grant_type') !== 'refresh_token') return undefined
    narrowed ??= form.get('scope') ?? undefined
    if (narrowed) form.set('scope', narrowed)
    return undefined
  })
}

/** Of oidc-provider. */
export const valueFaults: readonly Fault[] = [
  fault(
    'has a fragment in the address of an endpoint',
    ['rfc6749/endpoints-have-no-fragment'],
    member(discovery, 'token_endpoint', (was: unknown) => `${was}#part`),
  ),
  fault(
    'describes errors in any characters',
    ['rfc6749/authorization-errors-are-plain'],
    afterRedirect((to) => {
      if (to.searchParams.has('error')) to.searchParams.set('error_description', 'unsupportéd "type"')
    }),
  ),
  fault('issues short refresh tokens', ['rfc6749/tokens-are-long-enough'], () => {
    let count = 0
    return member('/token', 'refresh_token', (was: unknown) => was && `r${count++}`)
  }),
  fault('forgets scopes that a refresh left out', ['rfc6749/narrowed-refresh-keeps-the-grant'], forgetful),
  fault(
    'takes every pushed request',
    ['rfc9126/client-must-match', 'rfc9126/parameters-come-once'],
    forgiving('/request', { request_uri: 'urn:ietf:params:oauth:request_uri:given', expires_in: 60 }),
  ),
  fault(
    'takes every device authorization request',
    ['rfc8628/parameters-come-once'],
    forgiving('/device/auth', { device_code: 'given', user_code: 'given', verification_uri: 'https://given.example', expires_in: 60 }),
  ),
  fault('takes all authorization details', ['rfc9396/malformed-details-are-refused'], welcoming),
  fault(
    'refuses offline_access without a code',
    ['openid-connect-core/offline-access-without-a-code'],
    answers('/auth', ({ query }) => query.get('response_type') === 'id_token' && query.get('scope')?.includes('offline'), 400, {}),
  ),
  fault('lets clients choose their client_id', ['rfc9700/clients-do-not-choose-their-id'], () => {
    let asked: unknown
    return both(
      before('/reg', ({ body }) => {
        asked = body.startsWith('{') ? JSON.parse(body).client_id : undefined
        return undefined
      }),
      member('/reg', 'client_id', (was: unknown) => asked ?? was),
    )
  }),
  fault(
    'registers response types without their grant types',
    ['rfc7591/grant-and-response-types-agree'],
    member('/reg', 'grant_types', ['implicit']),
  ),
  fault('gives native apps a code at once', ['rfc8252/consent-is-not-assumed'], () => {
    let known: string | undefined
    return both(
      afterRedirect((to) => {
        if (to.searchParams.has('code')) known = to.href
      }),
      before('/auth', ({ query }) =>
        known && query.get('redirect_uri')?.startsWith('http://127')
          ? { status: 303, headers: { location: known }, cookies: [], body: '' }
          : undefined,
      ),
    )
  }),
  fault('gives all clients one client_id', ['rfc7591/client-ids-differ'], member('/reg', 'client_id', 'same')),
  fault(
    'shows what a logout request contains',
    ['openid-connect-rp-initiated-logout/values-are-escaped'],
    after('/session/end', (answer, { query }) => {
      answer.body += [...query.values()].join(' ')
    }),
  ),
]

/** Of Gatehouse. */
export const pageFaults: readonly Fault[] = [
  fault('sends no Referrer-Policy', ['rfc9700/pages-send-no-referrer'], {
    answer({ headers }) {
      delete headers['referrer-policy']
    },
  }),
  fault('ignores that an acr value is essential', ['openid-connect-core/essential-acr-must-be-met'], without('/authorize', 'claims')),
  fault(
    'takes no encrypted request objects',
    ['rfc9101/encrypted-request-works'],
    before('/authorize', ({ query }) =>
      query.get('request')?.split('.').length === 5 ? answerWith(400, { error: 'invalid_request_object' }) : undefined,
    ),
  ),
  fault(
    'does not escape what its pages show',
    [
      'oauth-client-id-metadata-document/names-are-escaped',
      'openid-connect-ciba-core/binding-message-is-escaped',
      'openid-federation/names-are-escaped',
      'rfc9396/details-are-escaped',
    ],
    unescaped,
  ),
]
