/** Faults of RFC 8705. The proxy tells the certificate of the client in a header, RFC 9440. */
import { type Behaviour, type Fault, fault, member, type Request } from './fault.ts'
import { forgiving } from './lenient.ts'
import { resigned } from './resign.ts'

const rfc8705 = (...names: readonly string[]) => names.map((name) => `rfc8705/${name}`)

/** Shows the certificate of the latest token request at UserInfo. */
const showing = (when: (request: Request) => boolean) => (): Behaviour => {
  let latest: string | undefined
  return {
    request(request) {
      const shown = request.headers['client-cert']
      if (request.path === '/token') latest = shown ?? latest
      if (request.path === '/userinfo' && latest !== undefined && when(request)) request.headers['client-cert'] = latest
      return undefined
    },
  }
}

export const certificateFaults: readonly Fault[] = [
  fault(
    'accepts bound tokens without a certificate',
    rfc8705('bound-token-needs-its-certificate'),
    showing(({ headers }) => headers['client-cert'] === undefined),
  ),
  fault(
    'accepts bound tokens with any certificate',
    rfc8705('bound-token-needs-its-certificate'),
    showing(({ headers }) => headers['client-cert'] !== undefined),
  ),
  fault(
    'sends clients with certificates to an address without TLS',
    rfc8705('aliases-work'),
    member('/.well-known/openid-configuration', 'mtls_endpoint_aliases', { token_endpoint: 'http://localhost/token' }),
  ),
  fault(
    'authenticates clients by any certificate',
    rfc8705('self-signed-certificates-authenticate', 'certificate-of-an-authority-authenticates'),
    forgiving('/token', { access_token: 'given', token_type: 'Bearer' }),
  ),
  fault(
    'does not state the hash of the certificate',
    rfc8705('confirmation-claim'),
    resigned('access_token', ({ claims }) => delete claims['cnf'], '/.well-known/jwks.json'),
  ),
]
