/** Valid requests of receivers of security events — OpenID Shared Signals Framework 1.0. */
import { polled, signalToken, stream } from './obtained.ts'
import { bearer, type Fill } from './usual.ts'

const streams: Fill = async (random, fixture, method) => {
  const headers = [bearer(await signalToken(fixture, random))]
  const stream_id = await stream(fixture, random, method === 'POST')
  const pushed = { method: 'urn:ietf:rfc:8935', endpoint_url: `${fixture.world.receiver.url}/events`, authorization_header: 'Bearer x' }
  const members = { ...polled, ...(random.chance(0.5) ? { delivery: pushed } : {}), description: 'Our stream' }
  if (method === 'POST') return { json: members, headers }
  if (method === 'GET' || method === 'DELETE') return { query: [['stream_id', stream_id]], headers }
  return { json: { ...members, stream_id }, headers }
}

const status: Fill = async (random, fixture, method) => {
  const headers = [bearer(await signalToken(fixture, random))]
  const stream_id = await stream(fixture, random)
  if (method === 'GET') return { query: [['stream_id', stream_id]], headers }
  return { json: { stream_id, status: random.pick(['enabled', 'enabled', 'paused', 'disabled']), reason: 'x' }, headers }
}

const verify: Fill = async (random, fixture) => {
  const stream_id = await stream(fixture, random)
  return { json: { stream_id, state: 'a state' }, headers: [bearer(await signalToken(fixture, random))] }
}

const poll: Fill = async (random, fixture) => {
  await stream(fixture, random, true)
  const id = await stream(fixture, random) // one whose events are fetched
  const json = {
    maxEvents: 2,
    returnImmediately: true,
    ack: [`${id}.x`],
    setErrs: { [`${id}.y`]: { err: 'invalid_key', description: 'x' } },
  }
  return { path: { id }, json, headers: [bearer(await signalToken(fixture, random))] }
}

export const signalRequests: Readonly<Record<string, Fill>> = {
  '/ssf/streams': streams,
  '/ssf/status': status,
  '/ssf/verify': verify,
  '/ssf/poll/{id}': poll,
}
