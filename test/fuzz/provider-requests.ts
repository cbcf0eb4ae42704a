/** Valid requests about upstream providers: the API of the Auth Manager, and what providers and browsers send. */

import { connectionName } from './declarations.ts'
import { consented, kept, providerToken, upstreamPerson } from './obtained.ts'
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

/** The provider sends browsers here; without a request that waits, there is only a page that says so. */
const signInCallback: Fill = async (random, fixture, method) => {
  const { query = [] } = await callback(random, fixture, 'GET')
  const path = { name: connectionName }
  return method === 'POST' ? { path, form: query } : { path, query }
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
}
