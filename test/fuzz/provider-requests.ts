/** Valid requests about upstream providers: the API of the Auth Manager, and what providers and browsers send. */

import { browserHeaders, open, providerAnswer } from './browser.ts'
import { connectionName } from './declarations.ts'
import type { Fixture } from './fixture.ts'
import { setup } from './harness.ts'
import { header } from './http.ts'
import { consented, kept, mailedLink, providerToken, upstreamPerson } from './obtained.ts'
import { type Jar, jar } from './pages.ts'
import { called, SetupFailed } from './people.ts'
import type { Random } from './random.ts'
import { authorizeTarget } from './tokens.ts'
import { bearer, type Fill } from './usual.ts'
import { now } from './world.ts'

const withToken: Fill = (_random, fixture) => ({ headers: [bearer(providerToken(fixture))] })

const withId: Fill = async (random, fixture) => {
  const { id, access } = await kept(fixture, random)
  return { query: [['id', id]], headers: [bearer(access)] }
}

const callback: Fill = async (random, fixture) => {
  const target = await consented(fixture, random, providerToken(fixture))
  return { query: [...new URL(target, fixture.harness.issuer).searchParams] }
}

/** The provider sends browsers here, some by a form. */
const signInCallback: Fill = async (random, fixture, method) => {
  const { own, target } = await signingIn(random, fixture)
  const query = [...new URL(await answered(random, fixture, own, target), fixture.harness.issuer).searchParams]
  const path = { name: connectionName }
  const headers = browserHeaders(random, own)
  return method === 'POST' ? { path, form: query, headers } : { path, query, headers }
}

/** A browser at the sign-in page, and where that leads to the provider. */
async function signingIn(random: Random, { harness, clients }: Fixture): Promise<{ own: Jar; target: string }> {
  const own = jar()
  const page = await open(harness, random, own, authorizeTarget('', clients.asking.id))
  const target = page.links.find((link) => link.startsWith('/authorize/upstream?') && link.includes(`connection=${connectionName}`))
  return { own, target: target ?? fail('the sign-in page does not lead to the provider') }
}

/** Where the provider sends this browser back to. */
async function answered(random: Random, { harness }: Fixture, own: Jar, target: string): Promise<string> {
  const answer = await harness.ask(setup, { method: 'GET', target, headers: browserHeaders(random, own) })
  const location = answer && header(answer, 'location')
  return (location && (await providerAnswer(location))) ?? fail('the provider was not asked')
}

const towardsProvider: Fill = async (random, fixture) => {
  const { own, target } = await signingIn(random, fixture)
  return { query: [...new URL(target, fixture.harness.issuer).searchParams], headers: browserHeaders(random, own) }
}

/** Somebody has an account with the address that the provider vouches for, gets a link there, and follows it in the same browser. */
const connectLink: Fill = async (random, fixture) => {
  const { harness, people, world } = fixture
  const username = `connecting-${random.below(1_000_000_000)}`
  const email = `${username}@example.com`
  const account = { username, email, claims: { email_verified: true }, access: 'none' }
  await called(harness, random, 'POST', '/api/v1/admin/users', account, people.superadmin.access)
  const { own, target } = await signingIn(random, fixture)
  world.provider.person = { sub: username, email, email_verified: true }
  await open(harness, random, own, await answered(random, fixture, own, target))
  const flow = new URL(target, harness.issuer).searchParams.get('flow') ?? ''
  const link = (await mailedLink(fixture, new URLSearchParams({ flow }).toString())) ?? fail('no link was sent')
  return { form: [...new URL(link, harness.issuer).searchParams], headers: browserHeaders(random, own) }
}

function fail(why: string): never {
  throw new SetupFailed(why)
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

const providerLogout: Fill = async (random, { world: { provider } }) => {
  const claims = { iss: provider.issuer, aud: provider.clientId, iat: now(), exp: now() + 60, jti: `jti-${random.below(1_000_000_000)}` }
  const token = await provider.signIdToken({ ...claims, sub: upstreamPerson, events: { [logoutEvent]: {} } }, { typ: 'logout+jwt' })
  return { path: { name: connectionName }, form: [['logout_token', token]] }
}

const refreshTokenOf: Fill = async (random, fixture) => {
  const { access } = await kept(fixture, random)
  return { json: { refresh_token: fixture.world.provider.refreshTokens().at(-1) ?? 'x' }, headers: [bearer(access)] }
}

const storedRefreshToken: Fill = async (random, fixture) => {
  const { headers = [], json = null } = await refreshTokenOf(random, fixture, 'POST')
  const body = Buffer.from(JSON.stringify(json))
  const request = {
    method: 'POST',
    target: '/v1/refresh-token',
    headers: [...headers, ['Content-Type', 'application/json'] as const],
    body,
  }
  await fixture.harness.ask('(setup)', request)
  return { headers }
}

export const providerRequests: Readonly<Record<string, Fill>> = {
  '/v1/offline-token': withToken,
  '/v1/validate-token': withToken,
  '/v1/offline-token/callback': callback,
  '/v1/offline-token-id': async (random, fixture, method) => {
    const { query = [], headers = [] } = await withId(random, fixture, method)
    return method === 'DELETE' ? { query, headers } : { headers }
  },
  '/v1/access-token': withId,
  '/v1/refresh-token': refreshTokenOf,
  '/v1/refresh-token-id': storedRefreshToken,
  '/connections/{name}/backchannel-logout': providerLogout,
  '/connections/{name}/callback': signInCallback,
  '/authorize/upstream': towardsProvider,
  '/link/connect': connectLink,
}
