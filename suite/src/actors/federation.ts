/** A federation of the suite's own: a trust anchor, intermediates, and relying parties, OpenID Federation 1.0. */
import type { CheckContext } from '../context.ts'
import { demand, denied, Failure, json, NotApplicable } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { PrivateKey } from '../random.ts'
import type { Application } from './application.ts'
import { type Changes, signed } from './authenticate.ts'
import type { Landing } from './browser.ts'
import { entityConfiguration } from './documents.ts'

export const federationRedirect = 'https://member.example/callback'

/** Changes to a statement; undefined removes a member. */
export interface Altered {
  claims?: Changes
  header?: Changes
  /** `jwks` in place of the key of its subject alone. */
  keys?(own: Changes): readonly Changes[]
  /** Signs in place of the right key. */
  key?: PrivateKey
}

export interface Membership {
  /** What the relying party says about itself. */
  configuration?: Altered
  /** What its superior says about it. */
  statement?: Altered
  /** Its metadata as a relying party. */
  metadata?: Changes
  /** Between it and the anchor. What the anchor says about this entity. */
  intermediate?: Altered | undefined
  /** Its superior is a trust anchor that nobody knows. */
  stranger?: boolean
  /** Its superior publishes no statement about it, so that it is trusted by a chain that it brings. */
  unpublished?: boolean
  /** Its entity identifier. */
  id?: string | undefined
  /** Its keys as a relying party come as a signed key set, §5.2.1. */
  keySet?: Altered
}

export interface Member {
  id: string
  /** Its client, which authenticates with its key. */
  app: Application
  /** Its superior, which is the trust anchor unless there is an intermediate. */
  superior: string
  anchor: string
  /** An authentication request with a signed request object, §12.1.1. */
  request(changes?: { claims?: Changes; header?: Changes }): Promise<{ url: string; verifier: string }>
  /** Opens it as the first person. */
  open(url: string): Promise<Landing>
  /** Signs in and gets tokens. */
  redeem(landing: Landing, verifier: string): Promise<Reply>
  /** Its configuration, and the statements of its superiors up to that of the anchor, §4. `anchor`: with the configuration of the anchor. */
  chain(anchor?: Altered): Promise<string[]>
  /** Its configuration for an explicit registration, §12.2.1. */
  registration(altered?: Altered): Promise<string>
}

const type = 'application/entity-statement+jwt'
const keySetType = 'application/jwk-set+jwt'
const lifetime = 3600

/** The metadata of the server as a provider of a federation, §5.1.3. Not applicable if it takes part in none. */
async function provider(context: CheckContext): Promise<Changes> {
  const { claims } = await entityConfiguration(context)
  return (claims['metadata'] as { openid_provider?: Changes } | undefined)?.openid_provider ?? {}
}

const supports = (metadata: Changes, how: string) => [metadata['client_registration_types_supported']].flat().includes(how)

/** A relying party that registers automatically. Not applicable if the server has no automatic registration. */
export async function automatic(context: CheckContext, membership?: Membership): Promise<Member> {
  if (!supports(await provider(context), 'automatic')) throw new NotApplicable('there is no automatic registration')
  return member(context, membership)
}

/** Signs in at a relying party that registers automatically. `byChain`: with its trust chain in the request, that with `anchor` too. */
export async function signIn(context: CheckContext, membership?: Membership, byChain?: { anchor?: Altered }): Promise<Landing> {
  const { chain, open, request } = await automatic(context, membership)
  return open((await request(byChain ? { header: { trust_chain: await chain(byChain.anchor) } } : {})).url)
}

/** A relying party that registers explicitly. Not applicable if the server has no explicit registration. */
export async function explicit(context: CheckContext, membership?: Membership): Promise<Member> {
  if (!supports(await provider(context), 'explicit')) throw new NotApplicable('there is no explicit registration')
  return member(context, membership)
}

/** Publishes a relying party below the trust anchor of the target. */
async function member(context: CheckContext, membership: Membership = {}): Promise<Member> {
  const { app, browser, listener, random, target } = context
  const { url, anchor: anchorKey, publish } = listener()
  if (anchorKey === undefined) throw new NotApplicable('the target trusts no anchor of the suite')
  const { configuration = {}, statement = {}, metadata = {}, intermediate, keySet, stranger = false, unpublished = false } = membership
  const named = () => ({ ...random.key(), kid: random.text(6), alg: 'ES256' })
  const [keys, clientKey] = [named(), named()]
  const anchor = stranger ? entity(`${url}/${random.text(9)}`, named()) : entity(`${url}/anchor`, anchorKey)
  const between = intermediate && entity(`${url}/${random.text(9)}`, named())
  const superior = between ?? anchor
  const self = entity(membership.id ?? `${url}/${random.text(9)}`, keys)
  const { d, ...clientPublic } = clientKey
  const signedKeys = `${url}/${random.text(9)}.jwt`

  const relyingParty = {
    redirect_uris: [federationRedirect],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    client_registration_types: ['automatic', 'explicit'],
    token_endpoint_auth_method: 'private_key_jwt',
    scope: 'openid profile',
    ...(keySet ? { signed_jwks_uri: signedKeys } : { jwks: { keys: [clientPublic] } }),
    ...metadata,
  }
  const about = { authority_hints: [superior.id], metadata: { openid_relying_party: relyingParty } }
  const configure = async (one: FederationEntity, claims: Changes, altered?: Altered) =>
    publish(`${new URL(one.id).pathname}/.well-known/openid-federation`, { type, text: await one.state(one, claims, altered) })
  const vouch = async (one: FederationEntity, other: FederationEntity, altered?: Altered) =>
    publish(`${new URL(one.id).pathname}/fetch?sub=${other.id}`, { type, text: await one.state(other, {}, altered) })
  const fetching = (one: FederationEntity) => ({
    metadata: { federation_entity: { federation_fetch_endpoint: `${one.id}/fetch`, federation_list_endpoint: `${one.id}/list` } },
  })

  await configure(anchor, fetching(anchor))
  if (between) {
    await configure(between, { ...fetching(between), authority_hints: [anchor.id] })
    await vouch(anchor, between, intermediate)
  }
  await configure(self, about, configuration)
  if (!unpublished) await vouch(superior, self, statement)
  if (keySet)
    publish(new URL(signedKeys).pathname, {
      type: keySetType,
      text: await self.sign('jwk-set+jwt', { sub: self.id, keys: [clientPublic] }, keySet),
    })

  const client = app().with({
    ...{ client_id: self.id, client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt', private_key: clientKey },
    ...{ redirect_uris: [federationRedirect], scope: 'openid profile' },
  })
  return {
    ...{ id: self.id, app: client, superior: superior.id, anchor: anchor.id },
    async request(changes = {}) {
      const asked = client.request()
      const params = await client.signedRequest(asked.params, changes)
      const beside = { ...params, response_type: 'code', scope: 'openid', redirect_uri: federationRedirect } // OpenID Connect Core §6.1
      return { url: client.request(beside).url, verifier: asked.verifier }
    },
    open: (to) => browser().open(to),
    async redeem(landing, verifier) {
      const code = landing.at === 'client' ? (landing.params['code'] ?? '') : ''
      return client.redeem({ code, redirectUri: federationRedirect, verifier, landing: landing as never })
    },
    chain: async (ofAnchor) => [
      await self.state(self, about, configuration),
      await superior.state(self, {}, statement),
      ...(between ? [await anchor.state(between, {}, intermediate)] : []),
      ...(ofAnchor ? [await anchor.state(anchor, fetching(anchor), ofAnchor)] : []),
    ],
    registration: ({ claims = {}, ...altered } = {}) =>
      self.state(self, { ...about, ...configuration.claims, aud: target.issuer, jti: random.text() }, { ...altered, claims }),
  }
}

interface FederationEntity {
  id: string
  publicKey: Changes
  /** An entity statement, §3: about itself or a subordinate. */
  state(subject: { id: string; publicKey: Changes }, claims: Changes, altered?: Altered): Promise<string>
  /** Another JWT of its own. */
  sign(typ: string, claims: Changes, altered?: Altered): Promise<string>
}

function entity(id: string, key: Changes): FederationEntity {
  const { d, ...publicKey } = key
  const sign: FederationEntity['sign'] = (typ, claims, { claims: changed = {}, header = {}, key: other } = {}) => {
    const now = Math.floor(Date.now() / 1000)
    const signer = other ? { ...other, kid: key['kid'], alg: 'ES256' } : key
    return signed(signer, { iss: id, iat: now, exp: now + lifetime, ...claims, ...changed }, { typ, ...header })
  }
  return {
    ...{ id, publicKey, sign },
    state(subject, claims, altered = {}) {
      const { keys = (own) => [own] } = altered
      return sign('entity-statement+jwt', { sub: subject.id, jwks: { keys: keys(subject.publicKey) }, ...claims }, altered)
    },
  }
}

const notFound = ['invalid_issuer', 'invalid_subject', 'invalid_trust_anchor', 'not_found']

/** An error response of OpenID Federation §8.9. */
export function refusedByFederation(reply: Reply): void {
  denied(reply)
  const { error } = json(reply)
  demand(typeof error === 'string', 'the answer has no error')
  const status = error === 'invalid_client' ? 401 : notFound.includes(error) ? 404 : 400
  demand(reply.status === status, `${error} came with status ${reply.status}`)
}

/** Sends an entity configuration to the registration endpoint, §12.2.1. */
export async function registerExplicitly(context: CheckContext, body: string, contentType = type): Promise<Reply> {
  const { federation_registration_endpoint: url } = await provider(context)
  if (typeof url !== 'string') throw new Failure('the provider has no federation_registration_endpoint')
  return context.send({ method: 'POST', url, headers: { 'content-type': contentType }, body })
}
