/** Settings for web servers and products. */
import { type Libraries, secretOf } from './library.ts'

export const products: Libraries = {
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
    client: {
      token_endpoint_auth_method: 'none', // kubectl runs on the machines of people
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile email groups offline_access',
      id_token_scope_claims: true,
    },
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
}
