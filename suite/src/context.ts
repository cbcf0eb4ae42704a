/** What a check works with: clients, browsers, an API, and arbitrary requests. */
import { type ProtectedApi, protectedApi } from './actors/api.ts'
import { type Application, application } from './actors/application.ts'
import { type Backchannel, backchannel, linksOf } from './actors/backchannel.ts'
import { type Browser, browser } from './actors/browser.ts'
import { type Device, device } from './actors/device.ts'
import { dpopProof } from './actors/dpop.ts'
import { type Exchanger, exchanger } from './actors/exchanger.ts'
import { isJwt, type Jwt, verify } from './actors/jwt.ts'
import { type Registrar, registrar } from './actors/registrar.ts'
import { demand, NotApplicable, type Tokens } from './expect.ts'
import { type Exchange, type Recorder, type Reply, recorder } from './http/exchange.ts'
import { encodeForm, formType, type Params } from './http/form.ts'
import type { Bounds, HttpRequest } from './http/wire.ts'
import type { Metadata } from './metadata.ts'
import { type PrivateKey, type Random, random } from './random.ts'
import { type Document, openSink, type Sink } from './sink.ts'
import { type Administration, isLoopback, type Listener, type Person, type Resource, type Target } from './target/target.ts'

export interface CheckContext extends Registrar {
  target: Target
  metadata: Metadata
  /** A client of the target, `web` by default. If the target has no such client, the check is not applicable. */
  app(name?: string): Application
  /** A new browser of the target's first person, or of the second with `stranger`. */
  browser(who?: 'owner' | 'stranger'): Browser
  /** Sends any request. */
  send(request: HttpRequest, from?: string): Promise<Reply>
  get(url: string, headers?: HttpRequest['headers']): Promise<Reply>
  post(url: string, params: Params, headers?: HttpRequest['headers']): Promise<Reply>
  /** URL of an endpoint by its metadata member. If there is none, the check is not applicable. */
  endpoint(name: string): string
  userinfo(accessToken: string, dpop?: PrivateKey): Promise<Reply>
  /** Introspects as the client `api`, RFC 7662. */
  introspect(token: string, params?: Params, headers?: Readonly<Record<string, string>>): Promise<Reply>
  /** Parameters that request a token for the target's first API; empty if the target has no API. */
  forApi(): Params
  /** All APIs of the target. */
  resources: readonly Resource[]
  /** An API that can be called. If the target has none, the check is not applicable. */
  api(): ProtectedApi
  /** A device that uses the client `device`, RFC 8628. */
  device(): Device
  /** The client `exchange`, RFC 8693. */
  exchanger(): Exchanger
  /** A client that asks the first person, OpenID Connect CIBA Core. */
  backchannel(name?: 'ciba' | 'ciba-other' | 'ciba-jwt' | 'ciba-ping' | 'ciba-push'): Backchannel
  /** An act of an administrator on a person. If the target file names none, the check is not applicable. */
  administer<Act extends keyof Administration>(act: Act, person: Person): Promise<Done<Act>>
  /** A new person, and a browser of theirs. */
  newcomer(): Promise<Person & { browser(): Browser }>
  /** Verifies a JWT with the server's published keys. */
  verify(jwt: string): Promise<Jwt>
  idToken(tokens: Tokens): Promise<Jwt>
  /** A JWT access token, RFC 9068. If the server issues none, the check is not applicable. */
  jwtAccessToken(): Promise<Jwt & { token: string; audience: string | undefined }>
  random: Random
  /** Runs `act` this many times concurrently. Not applicable unless load is allowed. */
  race<T>(contenders: number, act: (n: number) => Promise<T>): Promise<T[]>
  /** An HTTP server that records what the target sends. Not applicable unless the target is on loopback. */
  sink(): Promise<Sink>
  /** The same with TLS, which serves documents by path. Not applicable if the target names no certificate for it. */
  publish(documents: (origin: string) => Readonly<Record<string, Document>>): Promise<Sink>
  /** The suite's own address, where a trust anchor is and clients get notifications. Not applicable if the target names none. */
  listener(): Listening
  /** All requests and responses so far. */
  exchanges: readonly Exchange[]
  /** Adds a warning without failing the check. */
  warn(what: string): void
}

/** What an act tells. */
type Done<Act extends keyof Administration> = Awaited<ReturnType<NonNullable<Administration[Act]>>>

/** A sink at the address that the target names. */
export type Listening = Sink & Listener

export interface ContextOptions {
  target: Target
  metadata: Metadata
  bounds: Bounds
  seed: string
  /** Id of the check. */
  id: string
  allowLoad: boolean
  listener?: Sink | undefined
  /** Aborted when the check has finished. */
  ended: AbortSignal
}

export interface OpenContext {
  context: CheckContext
  recorder: Recorder
  warnings: readonly string[]
}

export function openContext({ target, metadata, bounds, seed, id, allowLoad, listener, ended }: ContextOptions): OpenContext {
  const recording = recorder(bounds)
  const seeded = random(seed, id)
  const warnings: string[] = []
  const origins = originsOf(target, metadata)
  const { issuer, pages, resources } = target

  const browserOf = (person: Person) => browser({ recorder: recording, pages, person, origins })
  const newBrowser = (who: 'owner' | 'stranger' = 'owner') => browserOf(personOf(target, who))

  function app(name = 'web'): Application {
    const registration = target.clients[name]
    if (registration === undefined) throw new NotApplicable(`the target names no client "${name}"`)
    return application({ name, registration, metadata, issuer, recorder: recording, random: seeded, newBrowser })
  }

  function endpoint(name: string): string {
    const url = metadata.text(name)
    if (url === undefined) throw new NotApplicable(`the server has no ${name}`)
    return url
  }

  const send = (request: HttpRequest, from = 'Suite') => recording.send(from, request)
  const get: CheckContext['get'] = (url, headers = {}) => send({ method: 'GET', url, headers })
  async function administer<Act extends keyof Administration>(act: Act, person: Person): Promise<Done<Act>> {
    const done: ((person: Person) => Promise<unknown>) | undefined = target.administer?.[act]
    if (done === undefined) throw new NotApplicable(`the target file does not say how an administrator does "${act}"`)
    return (await done(person)) as Done<Act>
  }

  const check = async (jwt: string) => verify(jwt, await get(endpoint('jwks_uri')))

  const context: CheckContext = {
    target,
    metadata,
    app,
    browser: newBrowser,
    send,
    get,
    post: (url, params, headers = {}) => send({ method: 'POST', url, headers: { ...formType, ...headers }, body: encodeForm(params) }),
    endpoint,
    async userinfo(accessToken, dpop) {
      const url = endpoint('userinfo_endpoint')
      const proof = dpop && (await dpopProof(dpop, { method: 'GET', url, random: seeded, accessToken }))
      const authorization = `${dpop ? 'DPoP' : 'Bearer'} ${accessToken}`
      return send({ method: 'GET', url, headers: { authorization, ...(proof ? { dpop: proof } : {}) } }, 'API client')
    },
    introspect: (token, params = {}, headers = {}) => app('api').post('introspection_endpoint', { token, ...params }, headers),
    forApi: () => (resources[0] ? { resource: resources[0].identifier, scope: resources[0].scope } : {}),
    resources,
    api() {
      if (target.api === undefined) throw new NotApplicable('the target names no API that can be called')
      return protectedApi(target.api, app(), (request) => send(request, 'API client'))
    },
    device: () => device(app('device'), newBrowser),
    exchanger: () => exchanger(app('exchange'), resources),
    backchannel(name = 'ciba') {
      const person = personOf(target, 'owner')
      const { inbox = '' } = target
      return backchannel({ app: app(name), person, random: seeded, inbox, newBrowser, links: () => linksOf(target.inbox, person, get) })
    },
    administer,
    async newcomer() {
      const person = {
        username: `new-${seeded
          .text(6)
          .replace(/[^a-z\d]/gi, 'x')
          .toLowerCase()}`,
        password: seeded.text(18),
      }
      await administer('create', person)
      return { ...person, browser: () => browserOf(person) }
    },
    ...registrar(() => endpoint('registration_endpoint'), send, target.initial_access_token),
    verify: check,
    async idToken({ id_token }) {
      demand(typeof id_token === 'string', 'the answer has no id_token')
      return check(id_token)
    },
    async jwtAccessToken() {
      for (const resource of [...resources, undefined]) {
        const { access_token: token } = await app().tokens(resource && { resource: resource.identifier, scope: resource.scope })
        if (isJwt(token)) return { ...(await check(token)), token, audience: resource?.identifier }
      }
      throw new NotApplicable('access tokens are no JWTs')
    },
    random: seeded,
    async race(contenders, act) {
      if (!allowLoad) throw new NotApplicable('races are run against loopback targets only, unless --allow-load is given')
      return Promise.all(Array.from({ length: contenders }, (_, n) => act(n)))
    },
    async sink() {
      if (!isLoopback(issuer)) throw new NotApplicable('a server beyond loopback cannot reach the suite')
      return openSink(ended)
    },
    async publish(documents) {
      if (target.documents === undefined) throw new NotApplicable('the target names no certificate for documents of the suite')
      const sink = await openSink(ended, { certificate: target.documents })
      for (const [path, document] of Object.entries(documents(sink.url))) sink.publish(path, document)
      return sink
    },
    listener() {
      if (target.listener === undefined || listener === undefined) throw new NotApplicable('the target names no address for the suite')
      return { ...listener, ...target.listener }
    },
    exchanges: recording.exchanges,
    warn: (what) => void warnings.push(what),
  }
  return { context, recorder: recording, warnings }
}

function personOf({ people }: Target, who: 'owner' | 'stranger'): Person {
  const person = people[who === 'owner' ? 0 : 1]
  if (person === undefined) throw new NotApplicable(`the target names no ${who === 'owner' ? 'person' : 'second person'}`)
  return person
}

function originsOf({ issuer, origins = [] }: Target, { members }: Metadata): ReadonlySet<string> {
  const endpoints = Object.entries(members).flatMap(([name, value]) =>
    name.endsWith('_endpoint') && typeof value === 'string' ? [value] : [],
  )
  return new Set([issuer, ...endpoints, ...origins].filter((url) => URL.canParse(url)).map((url) => new URL(url).origin))
}
