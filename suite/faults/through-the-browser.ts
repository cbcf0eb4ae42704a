/** Faults of what comes through the browser: implicit and hybrid responses, pages, and logout. */
import { answers, type Behaviour, before, type Fault, fault, without } from './fault.ts'
import { frontIdToken, of } from './lenient.ts'

const core = of('openid-connect-core')
const rfc6749 = of('rfc6749')
const rfc9700 = of('rfc9700')
const keys = '/.well-known/jwks.json'

/** Changes addresses of clients, in redirects and on pages. */
const toClients = (change: (text: string) => string): Behaviour => ({
  answer(answer) {
    answer.body = change(answer.body)
    const location = answer.headers['location']
    if (location !== undefined) answer.headers['location'] = change(location)
  },
})

const refreshing = ({ form }: { form: URLSearchParams | undefined }) => form?.get('grant_type') === 'refresh_token'

/** Takes no refresh tokens any more as soon as somebody signed out. */
function endsAll(): Behaviour {
  const refusing = answers('/token', refreshing, 400, { error: 'invalid_grant' })
  let over = false
  return {
    request(request, ask) {
      over ||= request.path === '/logout'
      return over ? refusing.request!(request, ask) : undefined
    },
  }
}

export const browserFaults: readonly Fault[] = [
  fault(
    'names another type of access tokens in the fragment',
    [...rfc6749('implicit-access-token'), ...core('hybrid-access-token')],
    toClients((text) => text.replaceAll('token_type=Bearer', 'token_type=mac')),
  ),
  fault(
    'puts errors into the query in place of the fragment',
    [...rfc6749('implicit-errors-are-in-the-fragment'), ...core('hybrid-errors-are-in-the-fragment')],
    toClients((text) => text.replace(/#(?=[^"]*\berror=)/g, '?')),
  ),
  fault(
    'omits the hash of an access token beside it',
    core('implicit-access-token-hash', 'hybrid-access-token'),
    frontIdToken(({ claims }) => delete claims['at_hash'], keys),
  ),
  fault(
    'knows response types in one order',
    rfc6749('response-types-have-no-order'),
    answers('/authorize', ({ query }) => query.get('response_type') === 'id_token code', 400, { error: 'unsupported_response_type' }),
  ),
  fault(
    'reads two words of a scope',
    rfc6749('scope-words-have-no-order'),
    before('/authorize', ({ query }) => {
      query.set('scope', query.get('scope')?.split(' ').slice(0, 2).join(' ') ?? '')
      return undefined
    }),
  ),
  fault('never asks which account to use', core('prompt-select-account'), without('/authorize', 'prompt')),
  fault('lets every site frame its pages', rfc9700('pages-are-not-framed', 'consent-is-not-framed'), {
    answer({ headers }) {
      delete headers['content-security-policy']
      delete headers['x-frame-options']
    },
  }),
  fault('redirects forms with 302', rfc9700('form-submissions-redirect-with-303'), {
    answer(answer, { method }) {
      if (method === 'POST' && answer.status === 303) answer.status = 302
    },
  }),
  fault(
    'does not read the client_id of a logout',
    ['openid-connect-rp-initiated-logout/client-id-names-the-client'],
    without('/logout', 'client_id'),
  ),
  fault('ends all refresh tokens when somebody signs out', ['openid-connect-back-channel-logout/offline-tokens-stay'], endsAll),
]
