/** What wallets, receivers of security events, and members of a federation ask of this server: OpenID4VCI, Shared Signals, OpenID Federation. */
import type { ProtocolOperation, ProtocolOperations } from './protocol-operation.ts'

const text = { type: 'string' }
const any = { properties: {} }

const of =
  (tag: string, spec: string, needs?: 'access_token') =>
  (summary: string, section: string, more: Pick<ProtocolOperation, 'answer'> & Partial<ProtocolOperation>): ProtocolOperation => ({
    summary,
    spec: section === '' ? spec : `${spec} §${section}`,
    tag,
    ...(needs ? { needs } : {}),
    ...more,
  })

const vci = 'OpenID for Verifiable Credential Issuance 1.0'
const open = of('Credentials for wallets', vci)
const held = of('Credentials for wallets', vci, 'access_token')
const sdJwt = of('Credentials for wallets', 'SD-JWT VC')
const signals = of('Security events', 'OpenID Shared Signals Framework 1.0')
const receiver = of('Security events', 'OpenID Shared Signals Framework 1.0', 'access_token')
const federation = of('Federation', 'OpenID Federation 1.0')

const statement = 'application/entity-statement+jwt'
const stream = { properties: { stream_id: text } }
const subject = { 'sub*': 'The entity identifier' }

/** By method and path. */
export const extensionOperations: ProtocolOperations = {
  'POST /challenge': of('Registration', 'OAuth 2.0 Attestation-Based Client Authentication (draft 11)')('Get a challenge', '6.1', {
    answer: any,
  }),

  'GET /.well-known/openid-credential-issuer': open('Metadata of the issuer of credentials', '12.2', { answer: any }),
  'POST /nonce': open('Get a nonce for a proof', '7', { answer: { properties: { c_nonce: text }, required: ['c_nonce'] } }),
  'POST /credential': held('Get a credential', '8', { json: 'Which credential, and proofs of the keys that it is bound to', answer: any }),
  'POST /deferred-credential': held('Get a credential that was not ready', '9', { json: 'The transaction_id', answer: any }),
  'POST /notification': held('Tell what became of a credential', '11', { json: 'The notification_id and the event', answer: 'nothing' }),
  'GET /credential-offers/:id': open('Read an offer', '4.1.3', { answer: any }),
  'GET /.well-known/jwt-vc-issuer': sdJwt('The keys that verify credentials', '', { answer: any }),
  'GET /credential-types/:id': sdJwt('What a type of credential is', '', { answer: any }),
  'GET /status-lists/:id': of('Credentials for wallets', 'Token Status List')('Which credentials are revoked', '', {
    answer: 'application/statuslist+jwt',
  }),

  'GET /.well-known/ssf-configuration': signals('Metadata of the transmitter', '7.1', { answer: any }),
  'GET /ssf/streams': receiver('Read streams', '8.1.1.2', { query: { stream_id: 'One stream; without it, all' }, answer: any }),
  'POST /ssf/streams': receiver('Make a stream', '8.1.1.1', { json: 'What is to be sent, and where', answer: stream }),
  'PATCH /ssf/streams': receiver('Change members of a stream', '8.1.1.3', { json: 'stream_id and the changed members', answer: stream }),
  'PUT /ssf/streams': receiver('Replace a stream', '8.1.1.4', { json: 'stream_id and all members', answer: stream }),
  'DELETE /ssf/streams': receiver('Remove a stream', '8.1.1.5', { query: { 'stream_id*': 'The stream' }, answer: 'nothing' }),
  'GET /ssf/status': receiver('Read whether a stream is enabled', '8.1.2.1', { query: { 'stream_id*': 'The stream' }, answer: any }),
  'POST /ssf/status': receiver('Enable, pause or disable a stream', '8.1.2.2', { json: 'stream_id and status', answer: any }),
  'POST /ssf/verify': receiver('Ask for a verification event', '8.1.4.2', { json: 'stream_id and, if wanted, state', answer: 'nothing' }),
  'POST /ssf/poll/:id': of('Security events', 'RFC 8936 §2.4', 'access_token')('Fetch events', '', {
    json: 'ack, maxEvents, returnImmediately',
    answer: { properties: { sets: { type: 'object' } } },
  }),

  'GET /.well-known/openid-federation': federation('The entity configuration of this issuer', '9', { answer: statement }),
  'GET /federation/historical-keys': federation('Keys that were used before', '8.7', { answer: 'application/jwk-set+jwt' }),
  'POST /federation/register': federation('Register explicitly', '12.2', { answer: 'application/explicit-registration-response+jwt' }),
  'GET /federation/fetch': federation('What this issuer states about a subordinate', '8.1', { query: subject, answer: statement }),
  'GET /federation/list': federation('Subordinates', '8.2', { answer: 'application/json' }),
  'GET /federation/resolve': federation('Metadata of an entity, with all policies applied', '8.3', {
    query: { ...subject, 'trust_anchor*': 'From which trust anchor' },
    answer: 'application/resolve-response+jwt',
  }),
  'GET /federation/trust-mark': federation('Get a trust mark', '8.6', {
    query: { ...subject, 'trust_mark_type*': 'Its type' },
    answer: 'application/trust-mark+jwt',
  }),
  'POST /federation/trust-mark-status': federation('Ask whether a trust mark is active', '8.4', {
    form: { 'trust_mark*': 'The trust mark' },
    answer: 'application/trust-mark-status-response+jwt',
  }),
  'GET /federation/trust-mark-list': federation('Who has a trust mark', '8.5', {
    query: { 'trust_mark_type*': 'Its type' },
    answer: 'application/json',
  }),
}
