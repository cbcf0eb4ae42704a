/** Settings for libraries of Python. */
import { type Libraries, secretOf } from './library.ts'

export const python: Libraries = {
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
  'social-auth': {
    client: {},
    file: 'settings.py (social-auth-app-django)',
    settings: (it) => `AUTHENTICATION_BACKENDS = ['social_core.backends.open_id_connect.OpenIdConnectAuth']
SOCIAL_AUTH_OIDC_OIDC_ENDPOINT = '${it.issuer}'
SOCIAL_AUTH_OIDC_KEY = '${it.clientId}'
SOCIAL_AUTH_OIDC_SECRET = '${secretOf(it)}'
SOCIAL_AUTH_OIDC_USE_PKCE = True`,
  },
}
