/** Paths of the matrix for a client whose identifier is the URL of its metadata. */
import { call, callback, challenge } from '../journeys/application.ts'
import { bearer } from '../journeys/json.ts'
import { browserOutcome, type Path, programOutcome } from './world.ts'

export const documentPaths: Record<string, Path> = {
  'client of a document, with the session': async ({ agent, browser, alice }) => {
    const app = agent()
    await app.arrive(browser, {}, alice)
    return async () => browserOutcome(await browser.open(app.url({ prompt: 'none' })))
  },
  'client of a document, with a code': async ({ agent, browser, alice }) => {
    const app = agent()
    const code = await app.code(browser, {}, alice)
    return async () => programOutcome(await app.redeem(code))
  },
  'client of a document, with a refresh token': async ({ agent, tokens }) => {
    const app = agent()
    const { refresh_token } = await tokens(app)
    return async () => programOutcome(await app.refresh(refresh_token))
  },
  'client of a document, with a pushed request': async ({ agent, browser }) => {
    const app = agent()
    const request = { response_type: 'code', redirect_uri: callback, code_challenge: challenge, code_challenge_method: 'S256' }
    const { request_uri } = (await app.post('/par', { ...request, scope: 'openid' })).body
    return async () =>
      browserOutcome(await browser.open(`${app.issuer}/authorize?${new URLSearchParams({ client_id: app.id, request_uri })}`))
  },
  'token of a client of a document at UserInfo': async ({ agent, tokens, issuer }) => {
    const { access_token } = await tokens(agent())
    return async () => programOutcome(await call(`${issuer}/userinfo`, { headers: bearer(access_token) }))
  },
}
