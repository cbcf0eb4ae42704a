/** Keycloak as the reference server, in development mode, with a realm of the suite's people and clients. */
import { startKeycloak } from './keycloak-server.ts'
import { clients, type Prepared, people, registrationsOf } from './prepared.ts'
import type { RunningTarget } from './target.ts'

/** Of the scopes those that every realm has: it knows no APIs. */
const realmScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

/** Of what a realm does not have, or not without further servers. */
const others = ['pki', 'assertion', 'ciba', 'ciba-other', 'ciba-jwt', 'ciba-ping', 'ciba-push', 'manager', 'wallet']
const served = Object.fromEntries(Object.entries(clients).filter(([name]) => !others.includes(name)))

const known = Object.fromEntries(
  Object.entries(served).map(([name, client]) => {
    const scope = client.scope.split(' ').filter((word) => realmScopes.includes(word))
    return [name, { ...client, scope: scope.length === 0 ? 'profile email' : scope.join(' ') }]
  }),
)

export async function startKeycloakTarget(): Promise<RunningTarget> {
  const { issuer, administer, stop } = await startKeycloak(realm())
  const initial = (await administer('/clients-initial-access', { count: 1000, expiration: 3600 })) as { token: string }
  return {
    name: 'keycloak',
    issuer,
    people,
    clients: registrationsOf(known),
    resources: [], // it does not know the parameter resource
    initial_access_token: initial.token,
    pages: {
      steps: [
        { when: 'form#kc-form-login', fill: { username: '{username}', password: '{password}' } },
        { when: '#kc-oauth', fill: {}, click: '#kc-login' },
        { when: 'form#kc-user-verify-device-user-code-form', fill: { device_user_code: '{user_code}' } },
        { when: '#kc-logout-confirm', fill: {}, click: '#kc-logout' },
      ],
      decline: '#kc-cancel',
    },
    stop,
  }
}

/** Lets people have attributes that it does not define, such as a phone number. */
const userProfile = {
  providerId: 'declarative-user-profile',
  config: {
    'kc.user.profile.config': [
      JSON.stringify({
        unmanagedAttributePolicy: 'ENABLED',
        attributes: ['username', 'email', 'firstName', 'lastName'].map((name) => ({ name })),
      }),
    ],
  },
}

/** Two first consents to one client at one time would fail, and the checks run at one time. */
const consents = Object.values(known)
  .filter(({ client_id }) => client_id !== 'fresh')
  .map(({ client_id, scope }) => ({
    clientId: client_id,
    grantedClientScopes: [client_id, ...scope.split(' ').filter((word) => word !== 'openid')],
  }))

function realm() {
  return {
    realm: 'suite',
    enabled: true,
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
    users: people.map(({ username, password }) => ({
      username,
      enabled: true,
      email: `${username}@example.com`,
      emailVerified: true,
      firstName: username,
      lastName: 'Example',
      attributes: { phoneNumber: ['+441632960961'], locality: ['London'], country: ['United Kingdom'] },
      credentials: [{ type: 'password', value: password }],
      realmRoles: ['offline_access', 'default-roles-suite'],
      clientConsents: consents,
    })),
    components: { 'org.keycloak.userprofile.UserProfileProvider': [userProfile] },
    clients: Object.values(known).map(clientOf),
  }
}

/** A client may introspect only tokens that are for it. */
const forIntrospection = {
  name: 'api',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-audience-mapper',
  config: { 'included.client.audience': 'api', 'access.token.claim': 'true', 'introspection.token.claim': 'true' },
}

function clientOf({ client_id, client_secret, grants, pkceOptional, private_key, ...client }: Prepared): object {
  const { d, ...publicKey } = private_key ?? {}
  const isPublic = client.token_endpoint_auth_method === 'none'
  const methods = {
    client_secret_basic: 'client-secret',
    client_secret_post: 'client-secret',
    private_key_jwt: 'client-jwt',
    tls_client_auth: 'client-x509',
    none: undefined,
  }
  const people = grants.includes('authorization_code')
  return {
    clientId: client_id,
    enabled: true,
    protocol: 'openid-connect',
    publicClient: isPublic,
    ...(client_secret === undefined ? {} : { secret: client_secret }),
    ...(isPublic ? {} : { clientAuthenticatorType: methods[client.token_endpoint_auth_method] }),
    redirectUris: client.redirect_uris,
    consentRequired: people,
    standardFlowEnabled: people,
    implicitFlowEnabled: grants.includes('implicit'),
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: grants.includes('client_credentials'),
    optionalClientScopes: client.scope.split(' ').filter((scope) => scope !== 'openid'),
    defaultClientScopes: ['basic', 'acr'],
    protocolMappers: [forIntrospection],
    attributes: {
      'display.on.consent.screen': 'true', // the client itself: for "openid" alone nothing else is asked
      'consent.screen.text': client_id,
      'post.logout.redirect.uris': client.post_logout_redirect_uris.join('##'),
      'oauth2.device.authorization.grant.enabled': String(grants.includes('device_code')),
      'standard.token.exchange.enabled': String(grants.includes('token_exchange')),
      ...(people && !pkceOptional ? { 'pkce.code.challenge.method': 'S256' } : {}),
      ...(private_key ? { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys: [publicKey] }) } : {}),
    },
  }
}
