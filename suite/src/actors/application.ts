/** A client application controlled by the suite. */
import { createHash } from 'node:crypto'
import { demand, Failure, granted, NotApplicable, redirected, type Tokens } from '../expect.ts'
import type { Recorder, Reply } from '../http/exchange.ts'
import { encodeForm, formType, type Params, withQuery } from '../http/form.ts'
import type { ClientCertificate } from '../http/wire.ts'
import type { Metadata } from '../metadata.ts'
import type { PrivateKey, Random } from '../random.ts'
import type { Registration } from '../target/target.ts'
import { type Changes, credentialsOf, signed } from './authenticate.ts'
import type { AtClient, Browser, Intent, Landing } from './browser.ts'
import { dpopProof } from './dpop.ts'

/** An authorization request that has not been sent. */
export interface AuthorizationRequest {
  url: string
  params: Params
  /** RFC 7636 §4.1. */
  verifier: string
}

/** An authorization code and what is needed to redeem it. */
export interface Code {
  code: string
  redirectUri: string | undefined
  /** Undefined if the request had no code challenge. */
  verifier: string | undefined
  landing: AtClient
}

export interface Application {
  registration: Registration
  /** The first registered one. */
  redirectUri: string
  /** An authorization request with default parameters, overridden by `params`. */
  request(params?: Params): AuthorizationRequest
  /** Opens an authorization request in a browser and returns where it ends. */
  authorize(params?: Params, how?: { browser?: Browser; intent?: Intent }): Promise<Landing>
  /** Obtains an authorization code. */
  code(params?: Params, browser?: Browser): Promise<Code>
  redeem(code: Code, params?: Params): Promise<Reply>
  /** Obtains and redeems a code. */
  tokens(params?: Params, browser?: Browser): Promise<Tokens>
  /** Like `tokens`, with a refresh token. */
  offline(params?: Params, browser?: Browser): Promise<Tokens & { refresh_token: string }>
  refresh(refreshToken: string, params?: Params): Promise<Reply>
  /** Pushes an authorization request, RFC 9126. */
  push(params?: Params): Promise<Reply & { verifier: string }>
  /** Opens a pushed request in a browser. `beside`: additional parameters, which the server should ignore. */
  pushed(requestUri: string, beside?: Params): Promise<Landing>
  /** Parameters of an authorization request that is sent as a signed request object, RFC 9101. */
  signedRequest(params?: Params, changes?: { claims?: Changes; header?: Changes }): Promise<Params>
  /** Sends an authenticated request to the token endpoint. */
  token(params: Params): Promise<Reply>
  /** Sends an authenticated request to an endpoint, given as metadata member or URL. */
  post(endpoint: string, params: Params, headers?: Readonly<Record<string, string>>): Promise<Reply>
  /** The same client with changed registration data, with a DPoP key, or with a certificate that it presents. */
  with(changes: Partial<Registration> & { dpop?: PrivateKey; certificate?: ClientCertificate }): Application
}

export interface ApplicationOptions {
  name: string
  registration: Registration
  metadata: Metadata
  issuer: string
  recorder: Recorder
  random: Random
  newBrowser(): Browser
  dpop?: PrivateKey | undefined
  certificate?: ClientCertificate | undefined
}

export function application(options: ApplicationOptions): Application {
  const { name, registration, metadata, recorder, random, newBrowser, dpop, certificate } = options
  const words = registration.scope.split(' ').filter(Boolean)
  const usualScope = words.includes('openid') ? 'openid' : registration.scope || undefined
  const redirectUri = registration.redirect_uris[0] ?? ''
  const proves = metadata.list('code_challenge_methods_supported')?.includes('S256') ?? false

  const urlOf = (endpoint: string) => {
    const url = endpoint.includes(':') ? endpoint : metadata.endpoint(endpoint, { certificate: certificate !== undefined })
    if (url === undefined) throw new NotApplicable(`the server has no ${endpoint}`)
    return url
  }

  function request(params: Params = {}): AuthorizationRequest {
    if (redirectUri === '') throw new NotApplicable(`the client "${name}" has no redirect_uris`)
    const verifier = random.text(32)
    const scope = 'scope' in params ? params['scope'] : usualScope
    const isOpenId = [scope].flat().some((words) => words?.split(' ').includes('openid'))
    const usual: Params = {
      response_type: 'code',
      client_id: registration.client_id,
      redirect_uri: redirectUri,
      scope,
      state: random.text(),
      nonce: isOpenId ? random.text() : undefined,
      ...(proves ? { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' } : {}),
    }
    const all = { ...usual, ...params }
    return { url: withQuery(urlOf('authorization_endpoint'), all), params: all, verifier }
  }

  async function authorize(params?: Params, { browser = newBrowser(), intent }: { browser?: Browser; intent?: Intent } = {}) {
    return browser.open(request(params).url, intent)
  }

  async function code(params?: Params, browser = newBrowser()): Promise<Code> {
    const asked = request(params)
    const landing = redirected(await browser.open(asked.url))
    const { code } = landing.params
    demand(code !== undefined && code !== '', 'the client got no code')
    const verifier = asked.params['code_challenge'] === undefined ? undefined : asked.verifier
    return { code, redirectUri: asked.params['redirect_uri'] as string | undefined, verifier, landing }
  }

  async function post(endpoint: string, params: Params, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const url = urlOf(endpoint)
    const credentials = await credentialsOf(registration, options.issuer, random)
    const proof = dpop && endpoint === 'token_endpoint' ? { dpop: await dpopProof(dpop, { method: 'POST', url, random }) } : {}
    return recorder.send(name, {
      method: 'POST',
      url,
      headers: { accept: 'application/json', ...formType, ...credentials.headers, ...proof, ...headers },
      body: encodeForm({ ...credentials.params, ...params }),
      certificate,
    })
  }

  async function push(params?: Params): Promise<Reply & { verifier: string }> {
    const { params: asked, verifier } = request(params)
    return { ...(await post('pushed_authorization_request_endpoint', { ...asked, client_id: registration.client_id })), verifier }
  }

  async function signedRequest(
    params?: Params,
    { claims = {}, header = {} }: { claims?: Changes; header?: Changes } = {},
  ): Promise<Params> {
    if (registration.private_key === undefined) throw new NotApplicable(`the client "${name}" has no private_key`)
    const { params: asked } = request(params)
    const now = Math.floor(Date.now() / 1000)
    const usual = { iss: registration.client_id, aud: options.issuer, iat: now, exp: now + 60, jti: `${random.text()}-${now}` }
    const object = await signed(registration.private_key, { ...usual, ...asked, ...claims }, { typ: 'oauth-authz-req+jwt', ...header })
    const left = Object.fromEntries(Object.keys(asked).map((parameter) => [parameter, undefined]))
    return { ...left, client_id: registration.client_id, request: object }
  }

  const token = (params: Params) => post('token_endpoint', params)
  const redeem = ({ code, redirectUri, verifier }: Code, params: Params = {}) =>
    token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, ...params })
  const tokens = async (params?: Params, browser?: Browser) => granted(await redeem(await code(params, browser)))

  return {
    registration,
    redirectUri,
    request,
    authorize,
    code,
    redeem,
    tokens,
    async offline(params, browser) {
      const asked = words.includes('offline_access') ? { scope: `${usualScope} offline_access`, prompt: 'consent' } : {} // OpenID Connect Core §11
      const { refresh_token, ...rest } = await tokens({ ...asked, ...params }, browser)
      if (refresh_token === undefined) throw new Failure('no refresh token was issued')
      return { ...rest, refresh_token }
    },
    refresh: (refreshToken, params) => token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...params }),
    push,
    async pushed(requestUri, beside = {}) {
      const params = { client_id: registration.client_id, request_uri: requestUri, ...beside }
      return newBrowser().open(withQuery(urlOf('authorization_endpoint'), params))
    },
    signedRequest,
    token,
    post,
    with: ({ dpop: key = dpop, certificate: shown = certificate, ...changes }) =>
      application({ ...options, registration: { ...registration, ...changes }, dpop: key, certificate: shown }),
  }
}

/** RFC 7636 §4.2. */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}
