/** Valid requests of clients about themselves, their grants, and people who are elsewhere. */
import { authorization } from './oauth-requests.ts'
import { grant, registered } from './obtained.ts'
import { basic } from './tokens.ts'
import { bearer, type Fill } from './usual.ts'

const registration: Fill = (random, { world }) => ({
  json: {
    redirect_uris: ['https://app.example/callback'],
    client_name: 'An application',
    'client_name#de': 'Eine Anwendung',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid profile',
    contacts: ['owner@app.example'],
    ...(random.chance(0.5)
      ? { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [world.keys.jwk as { [name: string]: string }] } }
      : {}),
    ...(random.chance(0.3) ? { software_id: 'app', software_version: '1' } : {}),
  },
})

const management: Fill = async (random, fixture, method) => {
  const { id, access, body } = await registered(fixture, random)
  const {
    registration_access_token: _,
    registration_client_uri: __,
    client_id_issued_at: ___,
    client_secret_expires_at: ____,
    ...metadata
  } = body
  return { path: { id }, headers: [bearer(access)], ...(method === 'PUT' ? { json: metadata } : {}) }
}

const pushed: Fill = async (random, fixture) => {
  const { query = [], form = query } = await authorization(random, fixture, 'POST')
  return { form: form.filter(([name]) => !['client_id', 'request_uri', 'request'].includes(name)), headers: [basic(fixture.clients.web)] }
}

const backchannel: Fill = (random, { clients, people }) => ({
  form: [
    ['scope', 'openid profile'],
    ['login_hint', random.pick(Object.values(people)).login],
    ...random.some([
      ['binding_message', 'W4SCT'],
      ['requested_expiry', '120'],
      ['acr_values', 'aal1'],
    ] as const),
  ],
  headers: [basic(clients.web)],
})

const managedGrant: Fill = async (random, fixture) => {
  const { id, access } = await grant(fixture, random)
  return { path: { id }, headers: [bearer(access)] }
}

export const clientRequests: Readonly<Record<string, Fill>> = {
  '/register': registration,
  '/register/{id}': management,
  '/par': pushed,
  '/device_authorization': (random, { clients }) => ({
    form: [['scope', random.pick(['openid', 'openid profile offline_access'])]],
    headers: [basic(clients.web)],
  }),
  '/backchannel_authentication': backchannel,
  '/grants/{id}': managedGrant,
  '/resource-metadata': (_random, { resource }) => ({ query: [['resource', resource.identifier]] }),
}
