/** Settings for libraries of Go, Rust and Ruby. */
import { type Libraries, secretOf } from './library.ts'

export const languages: Libraries = {
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
  zitadel: {
    client: {},
    file: 'main.go (zitadel/oidc)',
    settings: (it) => `cookies := httphelper.NewCookieHandler(hashKey, encryptKey)
party, err := rp.NewRelyingPartyOIDC(ctx, "${it.issuer}",
	"${it.clientId}", "${secretOf(it)}", "${it.redirectUri}",
	[]string{"openid", "profile", "email"},
	rp.WithCookieHandler(cookies), rp.WithPKCE(cookies))`,
  },
  rust: {
    client: { id_token_scope_claims: true },
    file: 'main.rs (openidconnect)',
    settings: (it) =>
      [
        `let issuer = IssuerUrl::new("${it.issuer}".to_string())?;`,
        'let metadata = CoreProviderMetadata::discover(&issuer, &http)?;',
        `let id = ClientId::new("${it.clientId}".to_string());`,
        `let secret = ClientSecret::new("${secretOf(it)}".to_string());`,
        'let client = CoreClient::from_provider_metadata(metadata, id, Some(secret))',
        `    .set_redirect_uri(RedirectUrl::new("${it.redirectUri}".to_string())?);`,
        'let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();',
        'let (url, csrf, nonce) = client',
        '    .authorize_url(AuthenticationFlow::<CoreResponseType>::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)',
        '    .add_scope(Scope::new("profile".to_string()))',
        '    .add_scope(Scope::new("email".to_string()))',
        '    .set_pkce_challenge(challenge)',
        '    .url();',
      ].join('\n'),
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
}
