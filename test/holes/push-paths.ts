/** Paths of the matrix to tokens that are pushed to a client, and to those of a sign-in that applications on a device share. */
import { setImmediate } from 'node:timers/promises'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import { browser } from '../tiny-browser.ts'
import { approve, begun } from './grant-paths.ts'
import { exchangeGrant, type Path, programOutcome, scope, type World } from './world.ts'

/** What is pushed to the client of this request; 'nothing' where it never comes. */
async function pushedTo({ gatehouse, endpoint, tenant }: World, authReqId: string): Promise<string> {
  const sent = () => endpoint.received.map(({ body }) => JSON.parse(body)).find((one) => one.auth_req_id === authReqId)
  for (let attempts = 0; attempts < 4 && !sent(); attempts++) {
    gatehouse.advance(31) // a client that was not there is tried again
    await gatehouse.app.deliverDue()
    for (let turns = 0; turns < 50 && !sent(); turns++) await setImmediate()
  }
  const body = sent()
  if (!body) return (await gatehouse.app.tenant(tenant.slug)) ? 'nothing' : 'not_found'
  return programOutcome({ status: body.error === undefined ? 200 : 400, body })
}

export const pushPaths: Record<string, Path> = {
  'asking for approval by a hint of a trusted issuer': async ({ app, hint }) => {
    const login_hint_token = await hint()
    return async () => programOutcome(await app.post('/backchannel_authentication', { scope, login_hint_token }))
  },
  'device secret, exchanged by another application': async ({ app, opaque, tokens, issuer }) => {
    const { id_token, device_secret } = await tokens(app, { scope: `${scope} device_sso` })
    const fields = {
      ...{ grant_type: exchangeGrant, subject_token: id_token, actor_token: device_secret, audience: issuer, scope },
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      actor_token_type: 'urn:openid:params:token-type:device-secret',
    }
    return async () => programOutcome(await opaque.post('/token', fields))
  },
  'device secret, kept with a refresh token': async ({ app, alice, issuer }) => {
    const { refresh_token, device_secret } = await app.tokens(browser(issuer), { scope: `${scope} device_sso` }, alice)
    return async () => {
      const { status, body } = await app.refresh(refresh_token, { device_secret })
      const outcome = programOutcome({ status, body }, `${scope} device_sso`)
      if (outcome !== 'works') return outcome
      if (body.device_secret === undefined) return 'no secret'
      const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString())
      return claims.ds_hash === sha256(device_secret) ? 'works' : 'unbound'
    }
  },
  'tokens to be pushed, of a request that a person has still to answer': async (world) => {
    const { id, link } = await begun(world, world.pushed)
    return async () => {
      const allowed = await approve(world, link)
      return allowed === 'works' ? pushedTo(world, id) : allowed
    }
  },
  'tokens to be pushed, of a request that a person has allowed': async (world) => {
    const { gatehouse, endpoint, pushed } = world
    endpoint.answers.set('/tokens', (response) => response.destroy())
    const earlier = await begun(world, pushed)
    await approve(world, earlier.link)
    await gatehouse.app.deliverDue()
    while (endpoint.received.length === 0) await setImmediate()
    const { id, link } = await begun(world, pushed) // not tried while the client is known not to be there
    const allowed = await approve(world, link)
    if (allowed !== 'works') throw new Error(allowed)
    await gatehouse.app.deliverDue()
    return () => {
      endpoint.answers.clear()
      return pushedTo(world, id)
    }
  },
}
