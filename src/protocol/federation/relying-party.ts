/** The client that an entity is: by its trust chain, and registered for as long as that is valid — OpenID Federation 1.0 §12. */
import type { Client, ClientMetadata } from '../client.ts'
import { parseJws, parseObject } from '../codec/jws.ts'
import { refuse } from '../errors.ts'
import type { Ctx } from '../feature.ts'
import type { Store } from '../ports.ts'
import { clientOfChain, type Registering } from '../registration.ts'
import type { SecretRow } from '../registry.ts'
import { checkSignature, maxStatement } from './entity-statement.ts'
import { statementLifetime } from './own-federation.ts'
import type { TrustChain } from './trust-chain.ts'

type Members = Readonly<Record<string, unknown>>

/** Methods by which a client authenticates with keys of its own. */
const keyMethods = ['private_key_jwt', 'self_signed_tls_client_auth', 'tls_client_auth']

type Policy = ClientMetadata['policy']

/** Unless the operator has set another policy since. */
const usualPolicy: Partial<Policy> = { pkce: 'optional' }

/** Nothing is agreed with such a client beforehand, so each of its requests proves that it has its keys. PKCE is not required of it. §12.1.1 */
function automaticPolicy(before: ClientMetadata | undefined): Partial<Policy> {
  return {
    ...(before?.policy ?? usualPolicy),
    signed_requests: before?.policy.signed_requests === 'required' ? 'required' : 'unless_pushed',
    request_object_jti: 'required',
    request_object_audience: 'issuer',
    assertion_audience: 'issuer',
  }
}

/** The client of an entity that registers automatically. `before`: as it is stored. §12.1 */
export async function automaticClient(ctx: Ctx, chain: TrustChain, before: ClientMetadata | undefined): Promise<Registering> {
  const metadata = metadataOf(chain)
  const { client_registration_types: types, token_endpoint_auth_method: method = 'private_key_jwt' } = metadata
  if (Array.isArray(types) && !types.includes('automatic'))
    refuse('invalid_metadata', 'the entity does not register automatically; see its client_registration_types')
  if (!keyMethods.some((one) => one === method))
    refuse('invalid_metadata', 'automatic registration needs a token_endpoint_auth_method with keys of the client')
  const sent = { ...(await withKeys(ctx, chain, metadata)), token_endpoint_auth_method: method }
  return clientOfChain(ctx, sent, { clientId: chain.subject, policyOf: automaticPolicy, before })
}

/** The client of an entity that asks to be registered. `before`: as it is stored. §12.2 */
export async function explicitClient(ctx: Ctx, chain: TrustChain, before: ClientMetadata | undefined): Promise<Registering> {
  const sent = await withKeys(ctx, chain, metadataOf(chain))
  return clientOfChain(ctx, sent, { clientId: chain.subject, policyOf: (now) => now?.policy ?? usualPolicy, before })
}

function metadataOf({ metadata }: TrustChain): Members {
  return metadata['openid_relying_party'] ?? refuse('invalid_metadata', 'the metadata of the entity has no openid_relying_party')
}

/** Of several ways to tell its keys, the first of these; a signed set is taken as it is now. §5.2.1 */
async function withKeys(ctx: Ctx, { keys, subject }: TrustChain, metadata: Members): Promise<Members> {
  const { jwks, jwks_uri: uri, signed_jwks_uri: signed, ...others } = metadata
  if (jwks !== undefined) return { ...others, jwks }
  if (typeof signed !== 'string') return { ...others, ...(uri === undefined ? {} : { jwks_uri: uri }) }
  const answer = await ctx.remote
    .request({ url: signed, maxBytes: maxStatement, timeout: 3 })
    .catch((error: unknown) => refuse('invalid_metadata', unusable, String(error)))
  const jws = answer.status === 200 ? parseJws(answer.body.trim(), maxStatement) : undefined
  if (jws?.header['typ'] !== 'jwk-set+jwt') return refuse('invalid_metadata', unusable)
  checkSignature({ jws }, keys)
  const claims = parseObject(jws.payload)
  const isExpired = claims?.['exp'] !== undefined && !(Number(claims['exp']) > ctx.now())
  if (claims?.['iss'] !== subject || isExpired) return refuse('invalid_metadata', unusable)
  return { ...others, jwks: { keys: claims['keys'] } }
}

const unusable = 'signed_jwks_uri of the entity does not lead to a key set that it signed'

/** Registers it until its chain expires, and then for another search. */
export async function registerByChain(ctx: Ctx, chain: TrustChain, client: Registering, secret?: SecretRow): Promise<Client> {
  const now = ctx.now()
  const trustedUntil = Math.min(chain.expiresAt, now + statementLifetime)
  const expiresAt = now + ctx.tenant.registration.unusedFor
  const { subject: clientId, anchor: id, anchorKeys: keys } = chain
  const registration = { clientId, client, secret, now, trustedUntil, expiresAt, anchor: { id, keys } }
  const registered = await ctx.store.federation.register(registration)
  if (registered === 'untrusted') return refuse('invalid_trust_anchor', 'the trust chain does not end at a trust anchor of this server')
  return registered === 'taken' ? refuse('invalid_client', 'a client of this identifier is registered otherwise, or disabled') : registered
}

/** The clients of a tenant, without those that a trust chain vouches for where the tenant takes part in no federation, or no longer. */
export function withFederatedClients(clients: Store['clients'], takesPart: boolean): Store['clients'] {
  if (takesPart) return clients
  const find = async (id: string) => {
    const client = await clients.find(id)
    return client?.trustedUntil === undefined ? client : undefined
  }
  return { ...clients, find }
}
