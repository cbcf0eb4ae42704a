/** What a check has to work with: clients, a person's browser, an API, and requests of its own. */
import { type Application, application } from './actors/application.ts'
import { type Browser, browser } from './actors/browser.ts'
import { type Device, device } from './actors/device.ts'
import { dpopProof } from './actors/dpop.ts'
import { isJwt, type Jwt, verify } from './actors/jwt.ts'
import { type Registrar, registrar } from './actors/registrar.ts'
import { demand, NotApplicable, type Tokens } from './expect.ts'
import { type Exchange, type Recorder, type Reply, recorder } from './http/exchange.ts'
import { encodeForm, formType, type Params } from './http/form.ts'
import type { Bounds, Wish } from './http/wire.ts'
import type { Metadata } from './metadata.ts'
import { type PrivateKey, type Random, random } from './random.ts'
import { openSink, type Sink } from './sink.ts'
import { isLoopback, type Person, type Resource, type Target } from './target/target.ts'

export interface Stage extends Registrar {
  target: Target
  metadata: Metadata
  /** A client of the target; `web` when no name is given. The check does not apply when there is none of this name. */
  app(name?: string): Application
  /** Of the first person of the target; `browser('stranger')` of the second. */
  browser(who?: 'owner' | 'stranger'): Browser
  /** Any request at all. */
  send(wish: Wish, from?: string): Promise<Reply>
  get(url: string, headers?: Wish['headers']): Promise<Reply>
  post(url: string, params: Params, headers?: Wish['headers']): Promise<Reply>
  /** URL of an endpoint by its member in the metadata. The check does not apply when there is none. */
  endpoint(name: string): string
  userinfo(accessToken: string, dpop?: PrivateKey): Promise<Reply>
  /** As the API of the target, RFC 7662. */
  introspect(token: string, params?: Params, headers?: Readonly<Record<string, string>>): Promise<Reply>
  /** Parameters that ask for a token for the first API of the target; none when it names no API. */
  forApi(): Params
  /** A second one where the check needs it. */
  resources: readonly Resource[]
  /** The client `device` of the target, RFC 8628. */
  device(): Device
  /** Verified with the keys of the server. */
  verify(jwt: string): Promise<Jwt>
  idToken(tokens: Tokens): Promise<Jwt>
  /** An access token that is a JWT, RFC 9068. The check does not apply when the server has none. */
  jwtAccessToken(): Promise<Jwt & { token: string; audience: string | undefined }>
  random: Random
  /** Does the same so many times at once. Only where load is allowed. */
  race<T>(contenders: number, act: (n: number) => Promise<T>): Promise<T[]>
  /** Where a server must not be made to call. Only for targets on loopback. */
  sink(): Promise<Sink>
  /** What was said so far. */
  exchanges: readonly Exchange[]
  /** Something that is not as it should be, though the clause is kept. */
  warn(what: string): void
}

export interface StageOptions {
  target: Target
  metadata: Metadata
  bounds: Bounds
  seed: string
  /** Of the check. */
  id: string
  allowLoad: boolean
  /** Aborted when the check is over. */
  ended: AbortSignal
}

export interface OpenStage {
  stage: Stage
  recorder: Recorder
  warnings: readonly string[]
}

export function openStage({ target, metadata, bounds, seed, id, allowLoad, ended }: StageOptions): OpenStage {
  const said = recorder(bounds)
  const dice = random(seed, id)
  const warnings: string[] = []
  const origins = originsOf(target, metadata)
  const { issuer, pages, resources } = target

  const newBrowser = (who: 'owner' | 'stranger' = 'owner') => browser({ recorder: said, pages, person: personOf(target, who), origins })

  function app(name = 'web'): Application {
    const registration = target.clients[name]
    if (registration === undefined) throw new NotApplicable(`the target names no client "${name}"`)
    return application({ name, registration, metadata, issuer, recorder: said, random: dice, newBrowser })
  }

  function endpoint(name: string): string {
    const url = metadata.text(name)
    if (url === undefined) throw new NotApplicable(`the server has no ${name}`)
    return url
  }

  const send = (wish: Wish, from = 'Suite') => said.send(from, wish)
  const get: Stage['get'] = (url, headers = {}) => send({ method: 'GET', url, headers })
  const check = async (jwt: string) => verify(jwt, await get(endpoint('jwks_uri')))

  const stage: Stage = {
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
      const proof = dpop && (await dpopProof(dpop, { method: 'GET', url, random: dice, accessToken }))
      const authorization = `${dpop ? 'DPoP' : 'Bearer'} ${accessToken}`
      return send({ method: 'GET', url, headers: { authorization, ...(proof ? { dpop: proof } : {}) } }, 'API client')
    },
    introspect: (token, params = {}, headers = {}) => app('api').post('introspection_endpoint', { token, ...params }, headers),
    forApi: () => (resources[0] ? { resource: resources[0].identifier, scope: resources[0].scope } : {}),
    resources,
    device: () => device(app('device'), newBrowser),
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
    random: dice,
    async race(contenders, act) {
      if (!allowLoad) throw new NotApplicable('races are run against loopback targets only, unless --allow-load is given')
      return Promise.all(Array.from({ length: contenders }, (_, n) => act(n)))
    },
    async sink() {
      if (!isLoopback(issuer)) throw new NotApplicable('a server beyond loopback cannot reach the suite')
      return openSink(ended)
    },
    exchanges: said.exchanges,
    warn: (what) => void warnings.push(what),
  }
  return { stage, recorder: said, warnings }
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
