/** Security profiles: named sets of what a client registers, and the rules it must keep. Data only; the frame reads the policy, never the profile. */
import type { z } from 'zod'
import { isAllowedAlg } from '../algs.ts'
import type { ClientMetadata, clientSchema } from '../client.ts'
import { type ClientSigningAlg, clientSigningAlgs, publicKeyFor } from '../codec/public-key.ts'

/** One demand of a profile on what is registered. */
export interface ProfileRule {
  /** Specification and section. */
  clause: string
  /** What must be so. */
  demand: string
  /** Flags of `gatehouse clients update`, and what must be filled in, in capitals. */
  mend: string
  isKept(client: ClientMetadata): boolean
}

interface Profile {
  /** What a client is registered with unless it says otherwise. */
  members: Partial<z.input<typeof clientSchema>>
  rules: readonly ProfileRule[]
}

const fapi2 = (section: string) => `FAPI 2.0 Security Profile §${section}`
const messageSigning = (section: string) => `FAPI 2.0 Message Signing §${section}`
const fapi1 = (section: string) => `FAPI 1.0 Advanced §${section}`

const haip = (section: string) => `OpenID4VC High Assurance Interoperability Profile §${section}`

const isOf = (algs: readonly string[], ...named: (string | undefined)[]) =>
  named.every((alg) => alg === undefined || isAllowedAlg(algs, alg))

const pkce = (clause: string): ProfileRule => ({
  clause,
  demand: 'authorization requests need PKCE',
  mend: '--policy-pkce required',
  isKept: ({ policy }) => policy.pkce === 'required',
})

const noPasswordGrant = (clause: string): ProfileRule => ({
  clause,
  demand: 'the password grant is not allowed',
  mend: '--grant-types GRANT-TYPES-WITHOUT-PASSWORD',
  isKept: ({ grant_types }) => !grant_types.includes('password'),
})

const pushedRequests = (clause: string): ProfileRule => ({
  clause,
  demand: 'authorization requests must be pushed',
  mend: '--policy-pushed-requests required',
  isKept: ({ policy, require_pushed_authorization_requests }) =>
    policy.pushed_requests === 'required' || require_pushed_authorization_requests,
})

const keyBasedAuthentication = (clause: string): ProfileRule => ({
  clause,
  demand: 'the client must authenticate by a key',
  mend: '--token-endpoint-auth-method private_key_jwt, tls_client_auth or self_signed_tls_client_auth, with what that needs',
  isKept: (client) => ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'].includes(client.token_endpoint_auth_method),
})

const algorithms = (clause: string, algs: readonly ('PS256' | 'ES256' | 'EdDSA')[]): ProfileRule => ({
  clause,
  demand: `only ${algs.join(', ')} may sign`,
  mend: `--policy-allowed-algs ${algs.join(' ')} --id-token-signed-response-alg ES256 --access-token-signed-response-alg ES256`,
  isKept: ({ policy, id_token_signed_response_alg: id, access_token_signed_response_alg: access, access_token_format: format }) =>
    policy.allowed_algs !== undefined && isOf(algs, ...policy.allowed_algs, id, format === 'jwt' ? access : undefined),
})

/** Keys that fit no algorithm sign nothing, such as those to encrypt for. */
const keys = (clause: string, algs: readonly ClientSigningAlg[]): ProfileRule => ({
  clause,
  demand: `its keys must be for ${algs.join(', ')}`,
  mend: '--jwks-file FILE-WITH-SUCH-KEYS',
  isKept: ({ jwks }) =>
    (jwks?.keys ?? []).every((key) => {
      const fits = (alg: ClientSigningAlg) => publicKeyFor(key, alg) !== undefined
      return algs.some(fits) || !clientSigningAlgs.some(fits)
    }),
})

const signedRequests = (clause: string): ProfileRule => ({
  clause,
  demand: 'authorization requests must be signed',
  mend: '--policy-signed-requests required',
  isKept: ({ policy, require_signed_request_object }) => policy.signed_requests === 'required' || require_signed_request_object,
})

const shortRequests = (clause: string): ProfileRule => ({
  clause,
  demand: 'request objects must be good for at most an hour',
  mend: '--policy-request-object-lifetime 3600',
  isKept: ({ policy }) => (policy.request_object_lifetime ?? Number.POSITIVE_INFINITY) <= 3600,
})

const signedResponses = (clause: string): ProfileRule => ({
  clause,
  demand: 'authorization responses must be signed',
  mend: '--policy-signed-responses required',
  isKept: ({ policy }) => policy.signed_responses === 'required',
})

const responseTypes = (clause: string, named: readonly ClientMetadata['response_types'][number][]): ProfileRule => ({
  clause,
  demand: `response types must be among: ${named.join(', ')}`,
  mend: '--response-types code --grant-types GRANT-TYPES-WITHOUT-IMPLICIT',
  isKept: ({ response_types }) => response_types.every((type) => named.includes(type)),
})
/** For those alone that make backchannel requests. */
const backchannelRequests: ProfileRule = {
  clause: 'FAPI-CIBA §5.2.2',
  demand: 'backchannel authentication requests must be signed with PS256 or ES256',
  mend: '--backchannel-authentication-request-signing-alg ES256',
  isKept: ({ grant_types: types, backchannel_authentication_request_signing_alg: alg }) =>
    !types.includes('urn:openid:params:grant-type:ciba') || alg === 'PS256' || alg === 'ES256',
}
const noPushedTokens: ProfileRule = {
  clause: 'FAPI-CIBA §5.2.2',
  demand: 'the client must ask for its tokens, as they are not pushed',
  mend: '--backchannel-token-delivery-mode ping',
  isKept: ({ grant_types: types, backchannel_token_delivery_mode: mode }) =>
    !types.includes('urn:openid:params:grant-type:ciba') || mode !== 'push',
}

const oauth21Rules: readonly ProfileRule[] = [
  pkce('RFC 9700 §2.1.1'),
  responseTypes('RFC 9700 §2.1.2', ['code', 'none']),
  noPasswordGrant('RFC 9700 §2.4'),
  {
    clause: 'RFC 9700 §2.2.2',
    demand: 'refresh tokens of a public client must be bound to a key, or change with each use',
    mend: '--policy-refresh-rotation rotate',
    isKept: ({ token_endpoint_auth_method: method, policy, ...client }) =>
      method !== 'none' ||
      policy.refresh_rotation === 'rotate' ||
      client.dpop_bound_access_tokens ||
      client.tls_client_certificate_bound_access_tokens,
  },
]

const fapi2Rules: readonly ProfileRule[] = [
  noPushedTokens,
  keyBasedAuthentication(fapi2('5.3.2.1')),
  noPasswordGrant(fapi2('5.3.2.1')),
  {
    clause: fapi2('5.3.2.1'),
    demand: 'tokens must be bound to a key or a certificate',
    mend: '--policy-sender-constraint required',
    isKept: ({ policy, ...client }) =>
      policy.sender_constraint === 'required' || client.dpop_bound_access_tokens || client.tls_client_certificate_bound_access_tokens,
  },
  {
    clause: fapi2('5.3.2.1'),
    demand: 'a client assertion must name the issuer, and nothing else, as its audience',
    mend: '--policy-assertion-audience issuer',
    isKept: ({ policy }) => policy.assertion_audience === 'issuer',
  },
  {
    clause: fapi2('5.3.2.1'),
    demand: 'refresh tokens must not change with each use',
    mend: '--policy-refresh-rotation keep',
    isKept: ({ policy }) => policy.refresh_rotation === 'keep',
  },
  pushedRequests(fapi2('5.3.2.2')),
  responseTypes(fapi2('5.3.2.2'), ['code']),
  pkce(fapi2('5.3.2.2')),
  {
    clause: fapi2('5.3.2.2'),
    demand: 'a code must expire after at most 60 seconds',
    mend: '--policy-code-lifetime 60',
    isKept: ({ policy }) => (policy.code_lifetime ?? Number.POSITIVE_INFINITY) <= 60,
  },
  {
    clause: fapi2('5.3.2.2'),
    demand: 'authorization responses must name the issuer',
    mend: '--policy-iss-parameter send',
    isKept: ({ policy }) => policy.iss_parameter === 'send' || policy.signed_responses === 'required',
  },
  algorithms(fapi2('5.4.1'), ['PS256', 'ES256', 'EdDSA']),
  keys(fapi2('5.4.1'), ['PS256', 'ES256', 'EdDSA']),
  backchannelRequests,
]

const fapi2Members = {
  id_token_signed_response_alg: 'ES256',
  policy: {
    pushed_requests: 'required',
    assertion_audience: 'issuer',
    allowed_algs: ['PS256', 'ES256', 'EdDSA'],
    sender_constraint: 'required',
    refresh_rotation: 'keep', // its clients are sender-constrained, and must survive a lost answer
    code_lifetime: 60,
  },
} satisfies Profile['members']

export const profiles = {
  /** OAuth 2.1 and RFC 9700: what a new client gets. */
  oauth21: { members: {}, rules: oauth21Rules },
  fapi2: { members: fapi2Members, rules: fapi2Rules },
  'fapi2-message-signing': {
    members: {
      ...fapi2Members,
      policy: { ...fapi2Members.policy, signed_requests: 'required', request_object_lifetime: 3600, signed_responses: 'required' },
    },
    rules: [
      ...fapi2Rules,
      signedRequests(messageSigning('5.3.1')),
      shortRequests(messageSigning('5.3.1')),
      signedResponses(messageSigning('5.4.1')),
    ],
  },
  /** A response is signed as a JWT (JARM), or by the ID token in it: of `code` and `code id_token`. */
  'fapi1-advanced': {
    members: {
      id_token_signed_response_alg: 'ES256',
      tls_client_certificate_bound_access_tokens: true,
      policy: {
        assertion_audience: 'liberal',
        allowed_algs: ['PS256', 'ES256'],
        signed_requests: 'required',
        request_object_lifetime: 3600,
        signed_responses: 'required',
      },
    },
    rules: [
      noPushedTokens,
      keyBasedAuthentication(fapi1('5.2.2')),
      noPasswordGrant(fapi1('5.2.2')),
      responseTypes(fapi1('5.2.2'), ['code', 'code id_token']),
      {
        clause: fapi1('5.2.2'),
        demand: 'tokens must be bound to a certificate',
        mend: '--tls-client-certificate-bound-access-tokens',
        isKept: (client) => client.tls_client_certificate_bound_access_tokens,
      },
      signedRequests(fapi1('5.2.2')),
      shortRequests(fapi1('5.2.2')),
      signedResponses(fapi1('5.2.2')),
      algorithms(fapi1('8.6'), ['PS256', 'ES256']),
      keys(fapi1('8.6'), ['PS256', 'ES256']),
      backchannelRequests,
    ],
  },
  /** Wallets that get credentials. */
  haip: {
    members: {
      token_endpoint_auth_method: 'attest_jwt_client_auth',
      id_token_signed_response_alg: 'ES256',
      dpop_bound_access_tokens: true,
      policy: { pushed_requests: 'required', allowed_algs: ['ES256'], sender_constraint: 'required', code_lifetime: 60 },
    },
    rules: [
      {
        clause: haip('4.4'),
        demand: 'the client must authenticate by an attestation, or by a key',
        mend: '--token-endpoint-auth-method private_key_jwt, or attest_jwt_client_auth, with what that needs',
        isKept: ({ token_endpoint_auth_method: method }) => ['attest_jwt_client_auth', 'private_key_jwt'].includes(method),
      },
      pkce(haip('4.3')),
      noPasswordGrant(haip('4')),
      pushedRequests(haip('4.3')),
      {
        clause: haip('4.4'),
        demand: 'tokens must be bound to a key by DPoP',
        mend: '--dpop-bound-access-tokens',
        isKept: (client) => client.dpop_bound_access_tokens,
      },
      algorithms(haip('7'), ['ES256']),
      keys(haip('7'), ['ES256']),
    ],
  },
  /** Clients older than PKCE. */
  legacy: { members: { policy: { pkce: 'optional' } }, rules: [] },
} satisfies Record<string, Profile>

export type ProfileName = keyof typeof profiles

/** The rules of a profile that a client breaks. */
export function brokenRules(name: ProfileName, client: ClientMetadata): readonly ProfileRule[] {
  return profiles[name].rules.filter((rule) => !rule.isKept(client))
}
