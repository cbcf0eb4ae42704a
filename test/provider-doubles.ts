/**
 * What is peculiar to each provider that has a preset, as its documentation says.
 *
 * developers.google.com/identity/openid-connect/reference; learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow;
 * docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps; docs.gitlab.com/integration/openid_connect_provider;
 * docs.slack.dev/authentication/sign-in-with-slack; developer.apple.com/documentation/signinwithapplerestapi
 */
export type Claims = Record<string, unknown>

/** What is peculiar to one. */
export interface Double {
  issuer: string
  authorization: string
  token: string
  userinfo?: string
  jwks?: string
  revocation?: string
  /** Members of its metadata besides the endpoints; absent: it has none. */
  metadata?: object
  authMethods: readonly ('client_secret_basic' | 'client_secret_post')[]
  /** It verifies `code_verifier`. */
  pkce: boolean
  responseMode: 'query' | 'form_post'
  /** It names itself in its answers. RFC 9207 */
  iss?: true
  /** Whether this request gets a refresh token. */
  refreshes(params: URLSearchParams): boolean
  rotates?: true
  /** Of an access token; absent: it has no end. */
  expiresIn?: number
  /** Members of ID tokens, and of the answer of the userinfo endpoint. */
  idToken?(person: Claims): Claims
  info?(person: Claims): Claims
  /** How its token endpoint says an error. */
  error(of: 'client' | 'code' | 'refresh'): { status: number; body: object }
  /** What every answer of its token endpoint has besides. */
  more?: object
}

const standard = (of: 'client' | 'code' | 'refresh') => ({
  status: of === 'client' ? 401 : 400,
  body: { error: of === 'client' ? 'invalid_client' : 'invalid_grant', error_description: 'as it is' },
})
const standardClaims = ({ sub, email, name }: Claims) => ({ sub, email, name })
export const directory = '72f988bf-86f1-41af-91ab-2d7cd011db47'

export const doubles = {
  google: {
    issuer: 'https://accounts.google.com',
    authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
    token: 'https://oauth2.googleapis.com/token',
    userinfo: 'https://openidconnect.googleapis.com/v1/userinfo',
    jwks: 'https://www.googleapis.com/oauth2/v3/certs',
    revocation: 'https://oauth2.googleapis.com/revoke',
    metadata: {
      scopes_supported: ['openid', 'email', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      code_challenge_methods_supported: ['plain', 'S256'],
      authorization_response_iss_parameter_supported: true,
    },
    authMethods: ['client_secret_post', 'client_secret_basic'],
    pkce: true,
    responseMode: 'query',
    iss: true,
    refreshes: (params) => params.get('access_type') === 'offline' && params.get('prompt') === 'consent',
    expiresIn: 3599,
    idToken: ({ sub, email }) => ({ sub, email, email_verified: true, hd: 'example.com', azp: 'the client' }),
    info: (person) => ({ ...standardClaims(person), email_verified: true, picture: 'https://lh3.googleusercontent.com/a/x' }),
    error: standard,
  },
  entra: {
    issuer: `https://login.microsoftonline.com/${directory}/v2.0`,
    authorization: `https://login.microsoftonline.com/${directory}/oauth2/v2.0/authorize`,
    token: `https://login.microsoftonline.com/${directory}/oauth2/v2.0/token`,
    userinfo: 'https://graph.microsoft.com/oidc/userinfo',
    jwks: `https://login.microsoftonline.com/${directory}/discovery/v2.0/keys`,
    metadata: {
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      token_endpoint_auth_methods_supported: [
        'client_secret_post',
        'private_key_jwt',
        'client_secret_basic',
        'self_signed_tls_client_auth',
      ],
      subject_types_supported: ['pairwise'],
    },
    authMethods: ['client_secret_post', 'client_secret_basic'],
    pkce: true,
    responseMode: 'query',
    refreshes: (params) => (params.get('scope') ?? '').split(' ').includes('offline_access'),
    rotates: true,
    expiresIn: 3599,
    idToken: (person) => ({
      ...standardClaims(person),
      xms_edov: person['edov'],
      tid: directory,
      ver: '2.0',
      preferred_username: person['email'],
    }),
    info: (person) => standardClaims(person),
    error: standard,
  },
  github: {
    issuer: 'https://github.com',
    authorization: 'https://github.com/login/oauth/authorize',
    token: 'https://github.com/login/oauth/access_token',
    userinfo: 'https://api.github.com/user',
    authMethods: ['client_secret_post'],
    pkce: true,
    responseMode: 'query',
    refreshes: () => false,
    info: ({ id, name }) => ({ id, login: 'octocat', name, email: null, avatar_url: 'https://avatars.githubusercontent.com/u/1' }),
    error: (of) => ({
      status: 200,
      body: { error: { client: 'incorrect_client_credentials', code: 'bad_verification_code', refresh: 'bad_refresh_token' }[of] },
    }),
  },
  gitlab: {
    issuer: 'https://gitlab.com',
    authorization: 'https://gitlab.com/oauth/authorize',
    token: 'https://gitlab.com/oauth/token',
    userinfo: 'https://gitlab.com/oauth/userinfo',
    jwks: 'https://gitlab.com/oauth/discovery/keys',
    revocation: 'https://gitlab.com/oauth/revoke',
    metadata: {
      scopes_supported: ['api', 'read_api', 'read_user', 'read_repository', 'write_repository', 'openid', 'profile', 'email'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['plain', 'S256'],
    },
    authMethods: ['client_secret_basic', 'client_secret_post'],
    pkce: true,
    responseMode: 'query',
    refreshes: () => true,
    rotates: true,
    expiresIn: 7200,
    idToken: (person) => ({ ...standardClaims(person), email_verified: true, nickname: 'ada' }),
    info: (person) => ({ ...standardClaims(person), email_verified: true, groups: [] }),
    error: standard,
  },
  slack: {
    issuer: 'https://slack.com',
    authorization: 'https://slack.com/openid/connect/authorize',
    token: 'https://slack.com/api/openid.connect.token',
    userinfo: 'https://slack.com/api/openid.connect.userInfo',
    jwks: 'https://slack.com/openid/connect/keys',
    metadata: {
      scopes_supported: ['openid', 'profile', 'email'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    },
    authMethods: ['client_secret_post', 'client_secret_basic'],
    pkce: false,
    responseMode: 'query',
    refreshes: () => false,
    idToken: (person) => ({ ...standardClaims(person), email_verified: true, 'https://slack.com/team_id': 'T0RR' }),
    info: (person) => ({ ok: true, ...standardClaims(person), email_verified: true, 'https://slack.com/user_id': person['sub'] }),
    error: (of) => ({
      status: 200,
      body: { ok: false, error: { client: 'bad_client_secret', code: 'invalid_code', refresh: 'invalid_refresh_token' }[of] },
    }),
    more: { ok: true },
  },
  apple: {
    issuer: 'https://appleid.apple.com',
    authorization: 'https://appleid.apple.com/auth/authorize',
    token: 'https://appleid.apple.com/auth/token',
    jwks: 'https://appleid.apple.com/auth/keys',
    revocation: 'https://appleid.apple.com/auth/revoke',
    metadata: {
      scopes_supported: ['openid', 'email', 'name'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    },
    authMethods: ['client_secret_post'],
    pkce: false,
    responseMode: 'form_post',
    refreshes: () => true,
    expiresIn: 3600,
    idToken: ({ sub, email }) => ({ sub, email, email_verified: 'true', is_private_email: 'false', nonce_supported: true }),
    error: (of) => ({ status: 400, body: standard(of).body }),
  },
} as const satisfies Record<string, Double>
export type DoubleName = keyof typeof doubles
