/** Paths of the matrix by grants for which the client needs no browser. */
import { setImmediate } from 'node:timers/promises'
import { type Application, shows } from '../journeys/application.ts'
import {
  assertionGrant,
  browserOutcome,
  cibaGrant,
  elsewhere,
  exchangeGrant,
  type Path,
  programOutcome,
  scope,
  type World,
} from './world.ts'

const ask = ({ app, alice }: World, by = app) =>
  by.post('/backchannel_authentication', { scope, login_hint: alice.username, client_notification_token: 'token-of-the-client' })

/** Of a request that alice is told of by mail. */
export async function begun(world: World, by?: Application): Promise<{ id: string; link: string }> {
  const sent = () => world.gatehouse.app.sentMails?.() ?? []
  const before = sent()[0]
  const { body } = await ask(world, by)
  while (sent()[0] === before) await setImmediate()
  const link = /http\S+\/approve\?request=\S+/.exec(sent()[0]!.text)![0]
  return { id: body.auth_req_id, link }
}

export async function approve({ browser }: World, link: string): Promise<string> {
  const page = await browser.open(link)
  if (page.status !== 200 || !shows(page, 'consent')) return browserOutcome(page)
  const done = await browser.submit('consent', { answer: 'allow' })
  return done.html.includes('id="request-allowed"') ? 'works' : browserOutcome(done)
}

export const grantPaths: Record<string, Path> = {
  'assertion of a trusted issuer': async ({ app, assertion }) => {
    const text = await assertion()
    return async () => programOutcome(await app.post('/token', { grant_type: assertionGrant, assertion: text }), 'profile stock:read')
  },
  'ID token exchanged for an identity assertion': async ({ app, tokens }) => {
    const { id_token: subject_token } = await tokens(app)
    const types = {
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    }
    return async () => programOutcome(await app.post('/token', { grant_type: exchangeGrant, ...types, subject_token, audience: elsewhere }))
  },
  'asking for approval': async (world) => async () => programOutcome(await ask(world)),
  'request for approval that a person has still to answer': async (world) => {
    const { link } = await begun(world)
    return () => approve(world, link)
  },
  'request for approval that a person has allowed': async (world) => {
    const { id, link } = await begun(world)
    const allowed = await approve(world, link)
    if (allowed !== 'works') throw new Error(allowed)
    return async () => programOutcome(await world.app.post('/token', { grant_type: cibaGrant, auth_req_id: id }))
  },
}
