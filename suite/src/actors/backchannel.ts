/** A client that asks people to approve without a browser of its own, and their answers: OpenID Connect CIBA Core. */
import { setTimeout as wait } from 'node:timers/promises'
import type { CheckContext } from '../context.ts'
import { accepted, demand, Failure, json, NotApplicable } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { Params } from '../http/form.ts'
import type { PrivateKey, Random } from '../random.ts'
import type { Received } from '../sink.ts'
import { grantTypeOf, notificationPath } from '../target/prepared.ts'
import type { Person } from '../target/target.ts'
import type { Application } from './application.ts'
import { type Changes, signed } from './authenticate.ts'
import type { Browser, Landing } from './browser.ts'

/** An authentication request that the server has acknowledged, CIBA Core §7.3. */
export interface Asked {
  authReqId: string
  reply: Reply
  /** From the message to the person. */
  link: string
  /** Waits until the client may ask for the tokens, or may do so again. */
  interval(): Promise<void>
  /** The person follows the link of the message and allows, or declines. */
  answer(how: 'allow' | 'decline', browser?: Browser): Promise<Landing>
}

export interface Backchannel {
  app: Application
  /** Sends an authentication request. `params`: override defaults; undefined removes a parameter. */
  request(params?: Params): Promise<Reply>
  /** Sends one that the server should acknowledge, and waits for the message to the person. */
  ask(params?: Params): Promise<Asked>
  /** Asks for the tokens. */
  poll(asked: Pick<Asked, 'authReqId'>, params?: Params): Promise<Reply>
}

export interface BackchannelOptions {
  app: Application
  person: Person
  random: Random
  newBrowser(): Browser
  /** Where the messages to the person are. */
  inbox: string
  /** Links in them, the newest first. */
  links(): Promise<readonly string[]>
}

const usualInterval = 5 // CIBA Core §7.3
const messageSeconds = 20
/** For the message of a request that should have been refused, so that nobody takes it for that of another. */
const unexpectedSeconds = 2

/** Messages are not told apart, so that one request waits for another's at the same inbox. */
interface Turn {
  last: Promise<unknown>
  /** When the message of a request that should have been refused has come. */
  settled: number
}
const turns = new Map<string, Turn>()

function turnAt(inbox: string): Turn {
  const turn = turns.get(inbox) ?? { last: Promise.resolve(), settled: 0 }
  turns.set(inbox, turn)
  return turn
}

function inTurn<T>(turn: Turn, act: () => Promise<T>): Promise<T> {
  const mine = turn.last.then(act)
  turn.last = mine.catch(() => {})
  return mine
}

export function backchannel({ app, person, random, inbox, newBrowser, links }: BackchannelOptions): Backchannel {
  const turn = turnAt(inbox)
  const send = (params: Params = {}) =>
    app.post('backchannel_authentication_endpoint', {
      scope: 'openid',
      login_hint: person.username,
      binding_message: random.text(6),
      ...params,
    })

  async function askInTurn(params?: Params): Promise<Asked> {
    await wait(Math.max(0, turn.settled - performance.now()))
    const before = new Set(await links())
    const reply = accepted(await send(params))
    const { auth_req_id: authReqId, interval } = json(reply)
    demand(typeof authReqId === 'string' && authReqId !== '', 'the answer has no auth_req_id')
    const seconds = typeof interval === 'number' ? interval : usualInterval
    const link = await newLink(before)
    return {
      authReqId,
      reply,
      link,
      interval: () => wait(seconds * 1000 + 100),
      answer: (how, browser = newBrowser()) => browser.open(link, { decline: how === 'decline' }),
    }
  }

  async function requestInTurn(params?: Params): Promise<Reply> {
    const reply = await send(params)
    if (reply.status === 200) turn.settled = performance.now() + unexpectedSeconds * 1000
    return reply
  }

  async function newLink(before: ReadonlySet<string>): Promise<string> {
    for (const end = performance.now() + messageSeconds * 1000; performance.now() < end; await wait(100)) {
      const link = (await links()).find((url) => !before.has(url))
      if (link !== undefined) return link
    }
    throw new Failure(`the person got no message within ${messageSeconds} seconds`)
  }

  return {
    app,
    request: (params) => inTurn(turn, () => requestInTurn(params)),
    ask: (params) => inTurn(turn, () => askInTurn(params)),
    poll: ({ authReqId }, params) => app.token({ grant_type: grantTypeOf('ciba'), auth_req_id: authReqId, ...params }),
  }
}

/** URLs in the text that an inbox answers with. Not applicable if there is no inbox. */
export async function linksOf(inbox: string | undefined, { username }: Person, get: (url: string) => Promise<Reply>): Promise<string[]> {
  if (inbox === undefined) throw new NotApplicable('the target names no inbox, where a person is told of a request')
  const { body } = await get(inbox.replace('{username}', encodeURIComponent(username)))
  return body.match(/https?:\/\/[^\s"<>]+/g) ?? []
}

export interface Notified {
  request: Received
  /** Of its body. */
  members: Record<string, unknown>
}

/** The notification of a client at the address of the suite, CIBA Core §10.2, §10.3. `token`: its client_notification_token. */
export async function notification({ listener }: CheckContext, client: 'ciba-ping' | 'ciba-push', token: string): Promise<Notified> {
  const request = await listener().received(notificationPath(client), ({ authorization }) => authorization.endsWith(token))
  demand(request.authorization === `Bearer ${token}`, 'the notification does not have the client_notification_token as a bearer token')
  demand(request.method === 'POST', `the method is ${request.method}`)
  demand(/^application\/json *(?:;|$)/i.test(request.contentType), `the content type is ${request.contentType}`)
  try {
    return { request, members: JSON.parse(request.body) as Record<string, unknown> }
  } catch {
    throw new Failure('the notification is no JSON')
  }
}

export interface Altered {
  /** Override defaults; undefined removes a claim. */
  claims?: Changes
  /** In place of the client's own. */
  key?: PrivateKey
}

/** The parameters of a signed authentication request of the client `ciba-jwt`, CIBA Core §7.1.1. */
export async function backchannelRequest({ app, random, target }: CheckContext, { claims = {}, key }: Altered = {}): Promise<Params> {
  const { client_id, private_key } = app('ciba-jwt').registration
  const now = Math.floor(Date.now() / 1000)
  const person = target.people[0]?.username
  const usual = { iss: client_id, aud: target.issuer, iat: now, nbf: now, exp: now + 300, jti: `${random.text()}-${now}` }
  const asked = { scope: 'openid', login_hint: person, binding_message: random.text(6) }
  const signing = key ? { ...key, alg: 'ES256', kid: private_key?.['kid'] } : (private_key ?? {})
  const request = await signed(signing, { ...usual, ...asked, ...claims }, {})
  return { scope: undefined, login_hint: undefined, binding_message: undefined, request }
}
