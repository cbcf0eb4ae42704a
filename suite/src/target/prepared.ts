/** People, clients and APIs of servers that the suite starts. */
import { generateKeyPairSync } from 'node:crypto'
import type { Person, Registration, Resource } from './target.ts'

export const people: readonly Person[] = [
  { username: 'ada', password: 'correct-horse-battery-1815' },
  { username: 'bob', password: 'staple-correct-horse-1906' },
]

export const resources: readonly Resource[] = [
  { identifier: 'https://orders.example', scope: 'orders:read orders:write' },
  { identifier: 'https://files.example', scope: 'files:read' },
]

const apiScope = resources.map(({ scope }) => scope).join(' ')
const scope = `openid profile email address phone offline_access ${apiScope}`
const secret = (name: string) => `${name}-secret-7f3Kq9ZtB2xW5vLm`

const client = (name: string, more: Partial<Registration> = {}): Registration => ({
  client_id: name,
  client_secret: secret(name),
  token_endpoint_auth_method: 'client_secret_basic',
  redirect_uris: [`https://${name}.example/callback`],
  post_logout_redirect_uris: [],
  scope,
  ...more,
})

const open = { client_secret: undefined, token_endpoint_auth_method: 'none' } as const

const newKey = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  ...{ kid, alg: 'ES256', use: 'sig' },
})
const key = newKey('jwt-client')

/** Of a party beside the server, such as a trust anchor. */
export function keyOf(name: string): Readonly<Record<string, unknown>> {
  return newKey(name)
}

const extensionGrants = {
  device_code: 'urn:ietf:params:oauth:grant-type:device_code', // RFC 8628 §3.4
  token_exchange: 'urn:ietf:params:oauth:grant-type:token-exchange', // RFC 8693 §2.1
  ciba: 'urn:openid:params:grant-type:ciba', // OpenID Connect CIBA Core §4
  pre_authorized_code: 'urn:ietf:params:oauth:grant-type:pre-authorized_code', // OpenID for Verifiable Credential Issuance §4.1.1
  jwt_bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer', // RFC 7523 §2.1
} as const

type Grant = 'authorization_code' | 'implicit' | 'refresh_token' | 'client_credentials' | keyof typeof extensionGrants

/** The registered name of a grant type. */
export function grantTypeOf(grant: Grant): string {
  return Object.hasOwn(extensionGrants, grant) ? extensionGrants[grant as keyof typeof extensionGrants] : grant
}

/** Registration data that only the server needs. */
export interface Prepared extends Registration {
  grants: readonly Grant[]
  native?: boolean
  /** Default: `code`. */
  responseTypes?: readonly string[]
  /** May omit the code challenge. */
  pkceOptional?: boolean
  /** Its tokens are bound to its certificate, RFC 8705 §3. */
  certificateBound?: boolean
  /** Sends signed authentication requests, OpenID Connect CIBA Core §7.1.1. */
  signsBackchannelRequests?: boolean
  /** How it gets the answer of a person, OpenID Connect CIBA Core §4. Default: it polls. */
  delivery?: 'ping' | 'push'
  /** Its DPoP proofs need a nonce of the server, RFC 9449 §8. */
  needsNonces?: boolean
  /** Of its certificate, RFC 8705 §2.1.2. */
  subject?: string
  /** Introspects tokens for this API. */
  resource?: string
}

const forPeople = ['authorization_code', 'refresh_token'] as const

export const clients: Readonly<Record<string, Prepared>> = {
  web: {
    ...client('web', {
      redirect_uris: ['https://web.example/callback', 'https://web.example/other', 'https://web.example/callback?app=1'],
      post_logout_redirect_uris: ['https://web.example/signed-out'],
    }),
    grants: forPeople,
  },
  other: { ...client('other', { post_logout_redirect_uris: ['https://other.example/signed-out'] }), grants: forPeople },
  single: { ...client('single'), grants: forPeople },
  post: { ...client('post', { token_endpoint_auth_method: 'client_secret_post' }), grants: forPeople },
  fresh: { ...client('fresh'), grants: forPeople },
  none: { ...client('none'), grants: forPeople, responseTypes: ['none'] },
  odd: { ...client('odd', { client_id: 'odd:client', client_secret: 'odd secret: 100% + "more" & more' }), grants: ['client_credentials'] },
  public: { ...client('public', open), grants: forPeople },
  native: {
    ...client('native', { ...open, redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback', 'com.example.native:/callback'] }),
    grants: forPeople,
    native: true,
  },
  legacy: { ...client('legacy'), grants: forPeople, pkceOptional: true },
  machine: { ...client('machine', { redirect_uris: [], scope: apiScope }), grants: ['client_credentials'] },
  jwt: {
    ...client('jwt', { client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt', private_key: key }),
    grants: [...forPeople, 'client_credentials'],
  },
  device: { ...client('device', { ...open, redirect_uris: [] }), grants: ['device_code', 'refresh_token'] },
  mtls: { ...client('mtls'), grants: ['authorization_code'], certificateBound: true },
  nonces: { ...client('nonces'), grants: forPeople, needsNonces: true },
  pki: {
    ...client('pki', { client_secret: undefined, token_endpoint_auth_method: 'tls_client_auth' }),
    grants: ['authorization_code'],
    subject: 'CN=pki',
  },
  assertion: { ...client('assertion', { redirect_uris: [], scope: apiScope }), grants: ['jwt_bearer'] },
  exchange: { ...client('exchange'), grants: ['authorization_code', 'token_exchange'] },
  hybrid: { ...client('hybrid'), grants: [...forPeople, 'implicit'], responseTypes: ['code', 'code id_token', 'id_token'] },
  ciba: { ...client('ciba', { redirect_uris: [] }), grants: ['ciba'] },
  'ciba-other': { ...client('ciba-other', { redirect_uris: [] }), grants: ['ciba'] },
  'ciba-jwt': {
    ...client('ciba-jwt', { redirect_uris: [], client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt', private_key: key }),
    grants: ['ciba'],
    signsBackchannelRequests: true,
  },
  'ciba-ping': { ...client('ciba-ping', { redirect_uris: [] }), grants: ['ciba'], delivery: 'ping' },
  'ciba-push': { ...client('ciba-push', { redirect_uris: [] }), grants: ['ciba'], delivery: 'push' },
  manager: {
    ...client('manager', { scope: `${scope} grant_management_query grant_management_revoke` }),
    grants: forPeople,
  },
  wallet: {
    ...client('wallet', { ...open, scope: 'staff-badge staff-diploma staff-pass' }),
    grants: ['authorization_code', 'pre_authorized_code'],
  },
  api: {
    ...client('api', { redirect_uris: [], scope: 'orders:read' }),
    grants: ['client_credentials'],
    resource: resources[0]!.identifier,
  },
}

/** Where a client gets notifications, at the address of the suite. */
export function notificationPath(clientId: string): string {
  return `/${clientId}`
}

/** The clients as checks see them. */
export function registrationsOf(prepared: Readonly<Record<string, Prepared>>): Record<string, Registration> {
  return Object.fromEntries(
    Object.entries(prepared).map(([name, prepared]) => {
      const {
        grants,
        native,
        responseTypes,
        pkceOptional,
        certificateBound,
        signsBackchannelRequests,
        delivery,
        needsNonces,
        subject,
        resource,
        ...registration
      } = prepared
      return [name, registration]
    }),
  )
}
