/** What a client or a person obtains by using the server: device codes, offers, proofs, streams, registrations, grants and kept tokens. */
import { forwarded, providerAnswer } from './browser.ts'
import type { Fixture } from './fixture.ts'
import { setup } from './harness.ts'
import { unescaped } from './pages.ts'
import { type Body, called, enter, type Person, SetupFailed } from './people.ts'
import type { Random } from './random.ts'
import { posted } from './request.ts'
import { authorizeTarget, basic, collectLinks, redeemed, token } from './tokens.ts'
import { now } from './world.ts'

export const preAuthorized = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'
export const caep = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'

/** Made once, and again after the callers signed in again. */
function remembered<T>({ made }: Fixture, name: string, make: () => Promise<T>): Promise<T> {
  const known = (made.get(name) as Promise<T> | undefined) ?? make()
  made.set(name, known)
  return known
}

export async function deviceCode({ harness, clients }: Fixture, random: Random): Promise<{ device_code: string; user_code: string }> {
  const request = posted('/device_authorization', [['scope', 'openid']], [basic(clients.web), forwarded(random)])
  return success(await harness.ask(setup, request))
}

/** The person confirms it by the link in a mail. */
export async function backchannelRequest({ harness, clients, people }: Fixture, random: Random, who?: Person): Promise<string> {
  const { login } = who ?? random.pick([people.viewer, people.operator, people.second])
  const fields = Object.entries({ scope: 'openid', login_hint: login })
  const request = posted('/backchannel_authentication', fields, [basic(clients.web), forwarded(random)])
  return success(await harness.ask(setup, request)).auth_req_id
}

export async function offer(fixture: Fixture, random: Random): Promise<{ id: string; code: string }> {
  const { harness, people, declared } = fixture
  const body = { configurations: [declared.badge, declared.approved], user: people.viewer.subject, tx_code: false }
  const made = await called(harness, random, 'POST', '/api/v1/admin/credential-offers', body, people.superadmin.access)
  const code = made.credential_offer.grants[preAuthorized]['pre-authorized_code']
  return { id: decodeURIComponent(made.by_reference).split('/').at(-1) as string, code }
}

export function walletToken(fixture: Fixture, random: Random): Promise<string> {
  return remembered(fixture, 'wallet', async () => {
    const { code } = await offer(fixture, random)
    const fields = Object.entries({ grant_type: preAuthorized, 'pre-authorized_code': code })
    const { access_token: access } = await token(fixture, random, fields, fixture.clients.wallet)
    fixture.keep('wallet', access)
    return access
  })
}

/** Asks for a credential: its `notification_id`, or its `transaction_id` where an administrator has to approve it. */
export async function credential(fixture: Fixture, random: Random, configuration: string): Promise<Body> {
  const body = { credential_configuration_id: configuration, proofs: { jwt: [await keyProof(fixture, random)] } }
  return called(fixture.harness, random, 'POST', '/credential', body, await walletToken(fixture, random))
}

export async function keyProof({ harness, world }: Fixture, random: Random): Promise<string> {
  const { c_nonce: nonce } = await called(harness, random, 'POST', '/nonce')
  const { kid, ...jwk } = world.keys.jwk
  return world.keys.sign('openid4vci-proof+jwt', { aud: harness.issuer, iat: now(), nonce }, { jwk, kid: undefined })
}

export function signalToken(fixture: Fixture, random: Random): Promise<string> {
  return remembered(fixture, 'signals', () => machineTokenOf(fixture, random, 'ssf.manage'))
}

async function machineTokenOf(fixture: Fixture, random: Random, scope: string): Promise<string> {
  const fields = Object.entries({ grant_type: 'client_credentials', scope })
  return (await token(fixture, random, fields, fixture.clients.signals)).access_token
}

/** A stream of the client, whatever became of an earlier one. */
export async function stream(fixture: Fixture, random: Random, fresh = false): Promise<string> {
  const { harness } = fixture
  const access = await signalToken(fixture, random)
  const [known] = await called(harness, random, 'GET', '/ssf/streams', undefined, access)
  if (known && !fresh) return known.stream_id
  if (known) await called(harness, random, 'DELETE', `/ssf/streams?stream_id=${known.stream_id}`, undefined, access)
  if (fresh) return ''
  return (await called(harness, random, 'POST', '/ssf/streams', polled, access)).stream_id
}

export const polled = { events_requested: [caep], delivery: { method: 'urn:ietf:rfc:8936' } } as const

/** A client that registered itself, and the token that manages it. */
export async function registered({ harness }: Fixture, random: Random): Promise<{ id: string; access: string; body: Body }> {
  const body = await called(harness, random, 'POST', '/register', { redirect_uris: ['https://app.example/callback'], client_name: 'Own' })
  return { id: body.client_id, access: body.registration_access_token, body }
}

/** A grant of its own always takes the person's consent. */
export async function grant(fixture: Fixture, random: Random): Promise<{ id: string; access: string }> {
  const { harness, people, clients } = fixture
  const page = await enter(harness, random, people.viewer, authorizeTarget('', clients.web.id, { grant_management_action: 'create' }))
  const code = /[?&]code=([^&"]+)/.exec(unescaped(page.html))?.[1]
  if (code === undefined) throw new SetupFailed('no code after consent')
  const { grant_id: id } = await redeemed(fixture, random, code)
  const fields = Object.entries({ grant_type: 'client_credentials', scope: 'grant_management_query grant_management_revoke' })
  return { id, access: (await token(fixture, random, fields, clients.web)).access_token }
}

/** An access token of the provider. */
export function providerToken({ world }: Fixture): string {
  return world.provider.accessTokenFor({ sub: upstreamPerson, sid: 'upstream-session' })
}

export const upstreamPerson = 'upstream-ada'

/** A person consents at the provider: where its answer goes to. */
export async function consented({ harness, world }: Fixture, random: Random, access: string): Promise<string> {
  world.provider.person = { ...world.provider.person, sub: upstreamPerson }
  const { data } = await called(harness, random, 'GET', '/v1/offline-token', undefined, access)
  if (!data.consent_url.startsWith(`${world.provider.issuer}/`)) throw new SetupFailed('the address is not one of the provider')
  return (await providerAnswer(data.consent_url)) ?? '/'
}

/** The id of a kept token of the provider, and a token of the same person. */
export async function kept(fixture: Fixture, random: Random): Promise<{ id: string; access: string }> {
  const access = providerToken(fixture)
  const { data } = await called(fixture.harness, random, 'GET', await consented(fixture, random, access))
  return { id: data.persistent_token_id, access }
}

/** Mails are sent after the answer. */
export async function mailedLink(fixture: Fixture, part: string): Promise<string | undefined> {
  const links = () => fixture.links.findLast((link) => link.includes(part))
  for (let tries = 0; tries < 40 && links() === undefined; tries++) {
    collectLinks(fixture)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return links()
}

// biome-ignore lint/suspicious/noExplicitAny: the JSON of any answer
function success(answer: { status: number; body: Buffer } | undefined): any {
  if (answer?.status !== 200) throw new SetupFailed(`${answer?.status} ${answer?.body.toString().slice(0, 300)}`)
  return JSON.parse(answer.body.toString())
}
