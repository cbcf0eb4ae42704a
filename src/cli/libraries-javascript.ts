/** Settings for libraries of JavaScript. */
import { type Libraries, secretOf } from './library.ts'

export const javascript: Libraries = {
  nextjs: {
    client: { id_token_scope_claims: true },
    file: 'auth.ts (Auth.js 5: npm install next-auth@beta)',
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
  nextauth4: {
    client: { id_token_scope_claims: true },
    file: 'auth.ts (NextAuth.js 4)',
    settings: (it) => `import type { NextAuthOptions } from 'next-auth'

export const authOptions: NextAuthOptions = {
  providers: [
    {
      id: 'gatehouse',
      name: 'Gatehouse',
      type: 'oauth',
      wellKnown: '${it.issuer}/.well-known/openid-configuration',
      clientId: '${it.clientId}',
      clientSecret: '${secretOf(it)}',
      authorization: { params: { scope: 'openid profile email' } },
      idToken: true,
      checks: ['pkce', 'state'],
      profile: ({ sub, name, email }) => ({ id: sub, name, email }),
    },
  ],
}
// The redirect URI is https://YOUR-APP/api/auth/callback/gatehouse`,
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
  'openid-client': {
    client: {},
    file: 'the application (openid-client)',
    settings: (it) => `const config = await client.discovery(new URL('${it.issuer}'), '${it.clientId}', '${secretOf(it)}')
const codeVerifier = client.randomPKCECodeVerifier()
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: '${it.redirectUri}',
  scope: 'openid profile email',
  code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
  code_challenge_method: 'S256',
})`,
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
}
