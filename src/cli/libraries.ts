/** What libraries and products need of a client, and the settings that connect them: facts of their own documentation. */
import type { z } from 'zod'
import type { clientSchema } from '../protocol/client.ts'

export interface Connection {
  issuer: string
  clientId: string
  /** Undefined: it was not made here, or there is none. */
  secret: string | undefined
  redirectUri: string
}

interface Library {
  /** Members of the client that it needs beside the defaults. */
  client: Partial<z.input<typeof clientSchema>>
  /** Where the settings go, and what they are. */
  file: string
  settings(connection: Connection): string
}

const secretOf = ({ secret }: Connection) => secret ?? 'YOUR_SECRET'

/** By the word of `--for`. */
export const libraries: Readonly<Record<string, Library>> = {
  nextjs: {
    client: { id_token_scope_claims: true },
    file: 'auth.ts',
    settings: (it) => `import NextAuth from 'next-auth'

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    {
      id: 'gatehouse',
      name: 'Gatehouse',
      type: 'oidc',
      issuer: '${it.issuer}',
      clientId: '${it.clientId}',
      clientSecret: '${secretOf(it)}',
    },
  ],
})
// The redirect URI is https://YOUR-APP/api/auth/callback/gatehouse`,
  },
  express: {
    client: { id_token_scope_claims: true },
    file: 'server.js (express-openid-connect)',
    settings: (it) => `app.use(
  auth({
    issuerBaseURL: '${it.issuer}',
    baseURL: '${new URL(it.redirectUri).origin}',
    clientID: '${it.clientId}',
    clientSecret: '${secretOf(it)}',
    secret: 'A-LONG-RANDOM-TEXT-FOR-COOKIES',
    authorizationParams: { response_type: 'code' },
    idpLogout: true,
  }),
)`,
  },
  passport: {
    client: { policy: { pkce: 'optional' } },
    file: 'server.js (passport-openidconnect)',
    settings: (it) => `passport.use(
  new OpenIDConnectStrategy(
    {
      issuer: '${it.issuer}',
      authorizationURL: '${it.issuer}/authorize',
      tokenURL: '${it.issuer}/token',
      userInfoURL: '${it.issuer}/userinfo',
      clientID: '${it.clientId}',
      clientSecret: '${secretOf(it)}',
      callbackURL: '${it.redirectUri}',
      scope: ['profile', 'email'],
      skipUserProfile: false,
    },
    (issuer, profile, done) => done(null, profile),
  ),
)`,
  },
  spa: {
    client: { token_endpoint_auth_method: 'none', id_token_scope_claims: true },
    file: 'the single-page application (oidc-client-ts)',
    settings: (it) => `const manager = new UserManager({
  authority: '${it.issuer}',
  client_id: '${it.clientId}',
  redirect_uri: '${it.redirectUri}',
  scope: 'openid profile email',
})`,
  },
  spring: { client: {}, file: 'application.yaml (Spring Boot 4)', settings: springSettings },
  spring3: { client: { policy: { pkce: 'optional' } }, file: 'application.yaml (Spring Boot 3)', settings: springSettings },
  quarkus: {
    client: {},
    file: 'application.properties',
    settings: (it) => `quarkus.oidc.auth-server-url=${it.issuer}
quarkus.oidc.client-id=${it.clientId}
quarkus.oidc.credentials.secret=${secretOf(it)}
quarkus.oidc.application-type=web-app
quarkus.oidc.authentication.pkce-required=true
quarkus.oidc.authentication.scopes=profile,email`,
  },
  'oauth2-proxy': {
    client: { id_token_scope_claims: true },
    file: 'oauth2-proxy.cfg',
    settings: (it) => `provider = "oidc"
oidc_issuer_url = "${it.issuer}"
client_id = "${it.clientId}"
client_secret = "${secretOf(it)}"
redirect_url = "${it.redirectUri}"
code_challenge_method = "S256"
scope = "openid profile email"
email_domains = ["*"]`,
  },
  mod_auth_openidc: {
    client: { policy: { iss_parameter: 'omit' } },
    file: 'the site of Apache HTTP Server',
    settings: (it) => `OIDCProviderMetadataURL ${it.issuer}/.well-known/openid-configuration
OIDCClientID ${it.clientId}
OIDCClientSecret ${secretOf(it)}
OIDCRedirectURI ${it.redirectUri}
OIDCPKCEMethod S256
OIDCScope "openid profile email"
OIDCCryptoPassphrase "exec:/bin/cat /etc/apache2/oidc-passphrase"`,
  },
  kubernetes: {
    client: { id_token_scope_claims: true },
    file: 'the AuthenticationConfiguration of the API server',
    settings: (it) => `apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
jwt:
  - issuer:
      url: ${it.issuer}
      audiences: [${it.clientId}]
    claimMappings:
      username: { claim: email, prefix: "" }
      groups: { claim: groups, prefix: "" }`,
  },
  grafana: {
    client: { id_token_scope_claims: true },
    file: 'grafana.ini',
    settings: (it) => `[auth.generic_oauth]
enabled = true
name = Gatehouse
client_id = ${it.clientId}
client_secret = ${secretOf(it)}
scopes = openid profile email
auth_url = ${it.issuer}/authorize
token_url = ${it.issuer}/token
api_url = ${it.issuer}/userinfo
use_pkce = true`,
  },
  authlib: {
    client: { id_token_scope_claims: true },
    file: 'app.py',
    settings: (it) => `oauth.register(
    'gatehouse',
    server_metadata_url='${it.issuer}/.well-known/openid-configuration',
    client_id='${it.clientId}',
    client_secret='${secretOf(it)}',
    client_kwargs={'scope': 'openid profile email', 'code_challenge_method': 'S256'},
)`,
  },
  'django-allauth': {
    client: {},
    file: 'settings.py',
    settings: (it) => `SOCIALACCOUNT_PROVIDERS = {
    'openid_connect': {
        'OAUTH_PKCE_ENABLED': True,
        'APPS': [
            {
                'provider_id': 'gatehouse',
                'name': 'Gatehouse',
                'client_id': '${it.clientId}',
                'secret': '${secretOf(it)}',
                'settings': {'server_url': '${it.issuer}'},
            }
        ],
    }
}`,
  },
  'mozilla-django-oidc': {
    client: {},
    file: 'settings.py',
    settings: (it) => `OIDC_RP_CLIENT_ID = '${it.clientId}'
OIDC_RP_CLIENT_SECRET = '${secretOf(it)}'
OIDC_RP_SCOPES = 'openid profile email'
OIDC_RP_SIGN_ALGO = 'RS256'
OIDC_USE_PKCE = True
OIDC_OP_AUTHORIZATION_ENDPOINT = '${it.issuer}/authorize'
OIDC_OP_TOKEN_ENDPOINT = '${it.issuer}/token'
OIDC_OP_USER_ENDPOINT = '${it.issuer}/userinfo'
OIDC_OP_JWKS_ENDPOINT = '${it.issuer}/.well-known/jwks.json'`,
  },
  omniauth: {
    client: {},
    file: 'config/initializers/omniauth.rb (omniauth_openid_connect)',
    settings: (it) => `provider :openid_connect,
  name: :gatehouse,
  issuer: '${it.issuer}',
  discovery: true,
  scope: [:openid, :profile, :email],
  pkce: true,
  client_options: { identifier: '${it.clientId}', secret: '${secretOf(it)}', redirect_uri: '${it.redirectUri}' }`,
  },
  go: {
    client: {},
    file: 'main.go (coreos/go-oidc with golang.org/x/oauth2)',
    settings: (it) => `provider, err := oidc.NewProvider(ctx, "${it.issuer}")
config := oauth2.Config{
	ClientID:     "${it.clientId}",
	ClientSecret: "${secretOf(it)}",
	RedirectURL:  "${it.redirectUri}",
	Endpoint:     provider.Endpoint(),
	Scopes:       []string{oidc.ScopeOpenID, "profile", "email"},
}
verifier := oauth2.GenerateVerifier()
url := config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier))`,
  },
}

function springSettings(it: Connection): string {
  return `spring:
  security:
    oauth2:
      client:
        registration:
          gatehouse:
            client-id: ${it.clientId}
            client-secret: ${secretOf(it)}
            scope: openid, profile, email
        provider:
          gatehouse:
            issuer-uri: ${it.issuer}
# The redirect URI is https://YOUR-APP/login/oauth2/code/gatehouse`
}
