/** An application under test: sends people to be signed in, and calls the endpoints of programs as raw as a test needs. */
import assert from 'node:assert/strict'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import type { TestApp } from '../app.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'

export const callback = 'https://app.example/callback'
export const verifier = 'the-verifier-of-an-application-under-test-0123456789'
export const challenge = sha256(verifier)

/** Parameters: undefined takes a usual one away, a list sends it several times. */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

/** What a program was answered. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  /** Empty when the response is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was answered
  body: any
}

export interface Application {
  id: string
  issuer: string
  /** The Authorization header by which it authenticates; empty for a public client. */
  header: Readonly<Record<string, string>>
  /** Address of an authorization request with PKCE. */
  url(fields?: Fields): string
  /** Asks, signs in and consents where asked to; comes to rest at the client. */
  arrive(browser: TinyBrowser, fields?: Fields, who?: Person): Promise<Landing>
  code(browser: TinyBrowser, fields?: Fields, who?: Person): Promise<string>
  /** At any endpoint, authenticated. */
  post(path: string, fields: Fields, headers?: Readonly<Record<string, string>>): Promise<Answer>
  redeem(code: string, fields?: Fields): Promise<Answer>
  refresh(token: string, fields?: Fields): Promise<Answer>
  /** The whole way. Throws unless the tokens come. */
  tokens(browser: TinyBrowser, fields?: Fields, who?: Person): Promise<Answer['body']>
}

export interface Person {
  username: string
  password: string
}
export const alice: Person = { username: 'alice1', password: 'wonderland' }

/** `issuer`: of a tenant other than the root. No `secret`: a public client. */
export function application(
  gatehouse: Pick<TestApp, 'issuer'>,
  is: { id: string; secret?: string; redirectUri?: string; scope?: string; issuer?: string },
): Application {
  const { id, secret, redirectUri = callback, scope = 'openid', issuer = gatehouse.issuer } = is
  const header: Record<string, string> = secret === undefined ? {} : { authorization: basic(id, secret) }
  const named = secret === undefined ? { client_id: id } : {}
  const usual = {
    client_id: id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
  const post: Application['post'] = (path, fields, headers = header) =>
    call(issuer + path, { body: encode({ ...named, ...fields }), headers })
  const it: Application = {
    id,
    issuer,
    header,
    url: (fields = {}) => `${issuer}/authorize?${encode({ ...usual, ...fields })}`,
    async arrive(browser, fields = {}, who = alice) {
      let landing = await browser.open(it.url(fields))
      if (shows(landing, 'sign-in')) landing = await browser.submit('sign-in', { ...who })
      return shows(landing, 'consent') ? browser.submit('consent', { answer: 'allow' }) : landing
    },
    async code(browser, fields, who) {
      const { code, error } = told(await it.arrive(browser, fields, who))
      return code ?? fail(`no code, but ${error}`)
    },
    post,
    redeem: (code, fields = {}) =>
      post('/token', { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, ...fields }),
    refresh: (token, fields = {}) => post('/token', { grant_type: 'refresh_token', refresh_token: token, ...fields }),
    async tokens(browser, fields, who) {
      const { status, body } = await it.redeem(await it.code(browser, fields, who))
      return status === 200 ? body : fail(`no tokens, but ${body.error}: ${body.error_description}`)
    },
  }
  return it
}

/** HTTP Basic with form-encoded parts. RFC 6749 §2.3.1. */
export function basic(id: string, secret: string): string {
  return `Basic ${btoa([id, secret].map((part) => new URLSearchParams({ _: part }).toString().slice(2)).join(':'))}`
}

export function encode(fields: Fields): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => [name, one as string]),
  )
  return new URLSearchParams(pairs as [string, string][]).toString()
}

/** One request as a program sends it: no cookies, no redirects followed. A body makes it a form post unless `headers` say otherwise. */
export async function call(
  url: string,
  ask: { method?: string; body?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const { body, method = body === undefined ? 'GET' : 'POST', headers = {} } = ask
  const kind: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...kind, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  const answer: Answer = { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
  if (body !== undefined || 'authorization' in headers) checkCaching(answer, url)
  return answer
}

/** What a form or a token brings is for its sender alone. RFC 6749 §5.1 */
function checkCaching({ headers, body }: Answer, url: string): void {
  assert.equal(headers.get('cache-control'), 'no-store', url)
  if (url.endsWith('/token') && body.access_token !== undefined) assert.equal(headers.get('pragma'), 'no-cache', url)
}

/** Whether a page has the form of this id. */
export function shows(landing: Pick<Landing, 'html'>, form: string): boolean {
  return landing.html.includes(`<form id="${form}"`)
}

/** The response to the client: in the query, the fragment, or the fields of a form that submits itself. */
export function told(landing: Pick<Landing, 'url' | 'html'>): Record<string, string> {
  if (shows(landing, 'form-post')) return fieldsOf(landing.html)
  const { search, hash } = landing.url
  return Object.fromEntries(new URLSearchParams(hash ? hash.slice(1) : search))
}

function fieldsOf(html: string): Record<string, string> {
  const fields = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return Object.fromEntries(Array.from(fields, ([, name, value]) => [name as string, plain(value as string)]))
}

function plain(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] as string,
  )
}

/** What a JWT says; its signature is not looked at. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
export function claimsOf(jwt: string): any {
  return JSON.parse(Buffer.from(jwt.split('.')[1] as string, 'base64url').toString())
}

function fail(why: string): never {
  throw new Error(why)
}
