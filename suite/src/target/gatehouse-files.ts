/** The settings, clients and people of the Gatehouse that the suite starts, as files. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificateFor } from './certificate.ts'
import { clients, grantTypeOf, notificationPath, type Prepared, resources } from './prepared.ts'
import type { Api, AssertionIssuer, Listener, Resource } from './target.ts'

interface Place {
  issuer: string
  /** Where certificates of clients are asked for. */
  certificatePort: number
  /** PEM of the authority of clients. */
  authority: string
  /** Whose assertions are accepted. */
  assertionIssuer: AssertionIssuer
  /** Whose word about keys of wallets is taken. */
  keyAttester: Readonly<Record<string, unknown>>
  /** TLS ends in front of it. */
  isProxied: boolean
  database: string | undefined
  api: Api
  /** Its mail server. */
  mail: string
  /** The certificate of documents that the suite serves. */
  documents: string
  /** Where the suite listens. */
  listener: Listener
}

/** Its port is given by the environment where a proxy is in front. */
export async function writeFiles(folder: string, place: Place): Promise<{ ca: string; key: string }> {
  const { issuer, certificatePort, isProxied, database, api, mail, documents, listener } = place
  const { cert, key } = await certificateFor('localhost')
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 })
  write('tls.key', key)
  write('tls.crt', cert)
  write('documents.crt', documents)
  write('authority.crt', place.authority)
  write('key', Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64'))
  const { web, ...others } = clients
  const registered = [{ ...web!, scope: `${web!.scope} ${api.scope}` }, ...Object.values(others)]
  write(
    'clients.json',
    JSON.stringify({
      resources: [...resources, api].map(apiOf),
      clients: registered.map((client) => clientOf(client, listener)),
      credentials: [badge, diploma, passOf(place.keyAttester)],
      federation_entities: [anchorOf(listener), ...subordinatesOf(listener)],
      trusted_issuers: [trustedIssuerOf(place.assertionIssuer)],
    }),
  )
  const settings = {
    issuer,
    data_dir: folder,
    key_encryption_key_file: join(folder, 'key'),
    features: { mutualTls: true, tlsClientAuth: true },
    ...(isProxied
      ? { trusted_proxies: ['127.0.0.1', '::1'] }
      : { tls: { cert_file: join(folder, 'tls.crt'), key_file: join(folder, 'tls.key') } }),
    mtls: {
      ca_file: join(folder, 'authority.crt'),
      origin: `https://localhost:${certificatePort}`,
      ...(isProxied ? { proxy: 'rfc9440' } : { port: certificatePort }),
    },
    listen: { host: 'localhost' },
    database_url: database ?? `sqlite:${join(folder, 'gatehouse.db')}`,
    outbound: { allowed_addresses: ['127.0.0.1'], ca_file: join(folder, 'documents.crt') }, // to the suite
    mail: { smtp_url: mail, from: 'gatehouse@example.com' },
    keys: { rsa_bits: 2048 },
    passwords: { memory_kib: 19456, passes: 2 },
    registration: { open: true, per_address: 100_000, scope: `openid profile email offline_access ${api.scope}` },
    limits: { flows_per_address: 1_000_000 },
    log: { level: 'error' },
  }
  write('gatehouse.yaml', JSON.stringify(settings)) // JSON is YAML
  return { ca: cert, key }
}

/** A credential, OpenID for Verifiable Credential Issuance. */
export const badge = {
  id: 'staff-badge',
  display: [{ name: 'Staff badge', locale: 'en' }],
  claims: [{ name: 'email', source: 'account.email' }],
}

/** One that an administrator approves. */
const diploma = { ...badge, id: 'staff-diploma', display: [{ name: 'Staff diploma' }], approval: 'required' }

/** One for keys that somebody vouches for. */
function passOf(attester: Readonly<Record<string, unknown>>): object {
  return { ...badge, id: 'staff-pass', display: [{ name: 'Staff pass' }], key_attestation: { keys: [publicOf(attester)] } }
}

function publicOf({ d, ...publicKey }: Readonly<Record<string, unknown>>): object {
  return publicKey
}

/** A trust anchor, OpenID Federation §1.2. */
function anchorOf({ url, anchor = {} }: Listener): object {
  return { role: 'anchor', entity_id: `${url}/anchor`, jwks: { keys: [publicOf(anchor)] } }
}

export const trustMarkType = 'https://trust.example/certified'

/** The first has a trust mark. */
export function subordinatesOf({ url, anchor = {} }: Listener): readonly (Readonly<Record<string, unknown>> & { entity_id: string })[] {
  const usual = { role: 'subordinate', jwks: { keys: [publicOf(anchor)] } }
  return [
    { ...usual, entity_id: `${url}/subordinate`, entity_types: ['openid_relying_party'] },
    { ...usual, entity_id: `${url}/intermediate`, entity_types: ['federation_entity'], intermediate: true },
  ]
}

/** RFC 7523 §2.1. */
function trustedIssuerOf({ issuer, private_key }: AssertionIssuer): object {
  return {
    issuer,
    jwks: { keys: [publicOf(private_key)] },
    clients: ['assertion'],
    scope: resources[0]!.scope,
    subject_kind: 'login',
    audiences: ['issuer', 'token_endpoint'],
  }
}

/** Authorization details, RFC 9396. */
const orderType = {
  description: 'Place an order',
  schema: {
    type: 'object',
    properties: { type: { const: 'order' }, actions: { type: 'array', items: { type: 'string', maxLength: 50 }, maxItems: 10 } },
    required: ['type'],
    additionalProperties: false,
  },
}

function apiOf({ identifier, scope }: Resource): object {
  return {
    identifier,
    name: new URL(identifier).hostname,
    scopes: Object.fromEntries(scope.split(' ').map((word) => [word, `Use ${word}`])),
    ...(identifier === resources[0]!.identifier ? { authorization_details_types: { order: orderType } } : {}),
  }
}

function clientOf(client: Prepared, { url }: Listener): object {
  const { grants, native, responseTypes, pkceOptional, certificateBound, signsBackchannelRequests, delivery, ...own } = client
  const { resource, private_key, needsNonces, subject, ...registration } = own
  const policy = {
    ...(pkceOptional ? { pkce: 'optional' } : {}),
    ...(needsNonces ? { dpop_nonce: 'required' } : {}),
    ...(grants.includes('token_exchange') ? { token_exchange: 'impersonate' } : {}),
  }
  return {
    ...registration,
    grant_types: grants.map(grantTypeOf),
    ...(private_key ? { jwks: { keys: [publicOf(private_key)] } } : {}),
    ...(subject ? { tls_client_auth_subject_dn: subject } : {}),
    ...(responseTypes ? { response_types: responseTypes } : {}),
    ...(signsBackchannelRequests ? { backchannel_authentication_request_signing_alg: 'ES256' } : {}),
    ...(delivery
      ? {
          backchannel_token_delivery_mode: delivery,
          backchannel_client_notification_endpoint: url + notificationPath(client.client_id),
        }
      : {}),
    ...(certificateBound ? { tls_client_certificate_bound_access_tokens: true } : {}),
    ...(native ? { application_type: 'native' } : {}),
    policy,
    ...(grants.includes('authorization_code') ? { authorization_details_types: ['order', 'openid_credential'] } : {}),
    ...(resource === undefined ? {} : { resource_server: resource }),
  }
}

export function accountOf(username: string): object {
  return {
    username,
    email: `${username}@example.com`,
    claims: {
      name: username,
      given_name: username,
      family_name: 'Example',
      email_verified: true,
      phone_number: '+441632960961',
      phone_number_verified: false,
      address: { locality: 'London', country: 'United Kingdom' },
    },
  }
}
