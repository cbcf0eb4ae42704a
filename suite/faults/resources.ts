/** Faults of RFC 8707 and RFC 9068. */
import { before, both, type Fault, fault, member } from './fault.ts'
import { resigned } from './resign.ts'

const rfc8707 = (...names: readonly string[]) => names.map((name) => `rfc8707/${name}`)
const rfc9068 = (...names: readonly string[]) => names.map((name) => `rfc9068/${name}`)

const accessToken = (change: (claims: Record<string, unknown>) => unknown) => resigned('access_token', ({ claims }) => void change(claims))
const claims = (values: object) => accessToken((told) => Object.assign(told, values))
const known = ['https://orders.example', 'https://files.example']

/** Changes the requested resources at both endpoints. */
const resources = (change: (asked: string[]) => string[]) => {
  const rewrite = (params: URLSearchParams | undefined): undefined => {
    const asked = params?.getAll('resource') ?? []
    params?.delete('resource')
    if (asked.length > 0) for (const one of change(asked)) params?.append('resource', one)
  }
  return both(
    before('/auth', ({ query }) => rewrite(query)),
    before('/token', ({ form }) => rewrite(form)),
  )
}

export const resourceFaults: readonly Fault[] = [
  fault(
    'issues tokens for one audience',
    [...rfc8707('resource-is-the-audience', 'machines-name-resources'), ...rfc9068('required-claims')],
    claims({ aud: 'https://all.example' }),
  ),
  fault(
    'accepts unknown resources',
    rfc8707('unknown-resource-is-refused', 'resource-is-absolute', 'machines-name-resources'),
    resources((asked) => asked.map((one) => (known.includes(one) ? one : known[0]!))),
  ),
  fault(
    'ignores the fragment of a resource',
    rfc8707('resource-is-absolute'),
    resources((asked) => asked.map((one) => one.split('#')[0]!)),
  ),
  fault(
    'authorizes more resources than requested',
    rfc8707('token-request-does-not-widen'),
    before('/auth', ({ query }) => {
      query.delete('resource')
      for (const one of known) query.append('resource', one)
    }),
  ),
  fault(
    'ignores the resource of a refresh request',
    rfc8707('refresh-narrows-the-audience', 'refresh-does-not-widen'),
    before('/token', ({ form }) => {
      if (form?.get('grant_type') === 'refresh_token') form.delete('resource')
    }),
  ),
  fault(
    'keeps only the first of several resources',
    rfc8707('several-resources-one-token-each', 'scopes-stay-with-their-resource'),
    resources((asked) => asked.slice(0, 1)),
  ),
  fault(
    'mixes scopes of different resources',
    rfc8707('scopes-stay-with-their-resource'),
    member('/token', 'scope', (was: unknown) => `${was} orders:read`),
  ),

  fault(
    'issues access tokens of type JWT',
    rfc9068('header-type'),
    resigned('access_token', ({ header }) => void Object.assign(header, { typ: 'JWT' })),
  ),
  ...['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'].map((name) =>
    fault(
      `omits ${name} from access tokens`,
      rfc9068('required-claims'),
      accessToken((told) => delete told[name]),
    ),
  ),
  fault('puts another iss into access tokens', rfc9068('required-claims'), claims({ iss: 'https://other.example' })),
  fault('puts another client_id into access tokens', rfc9068('required-claims'), claims({ client_id: 'other' })),
  fault('reuses jti', rfc9068('jti-is-unique'), claims({ jti: 'same' })),
  fault('puts another sub into access tokens', rfc9068('subject-of-a-person', 'subject-of-a-machine'), claims({ sub: 'other' })),
  fault(
    'omits scope from access tokens',
    rfc9068('scope-claim'),
    accessToken((told) => delete told['scope']),
  ),
  fault('puts email into access tokens', rfc9068('no-personal-data'), claims({ email: 'ada@example.com' })),
]
