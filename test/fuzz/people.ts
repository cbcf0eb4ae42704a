/** Accounts for test cases: sign-up and sign-in through the JSON API and the pages, authenticator apps and passkeys. */
import { type Authenticator, authenticator } from '../authenticator.ts'
import { type AuthenticatorApp, authenticatorApp } from '../authenticator-app.ts'
import { formNamed, forwarded, open, submit } from './browser.ts'
import { type Harness, setup } from './harness.ts'
import { type Jar, jar, type Page } from './pages.ts'
import type { Random } from './random.ts'

export interface Person {
  /** Path of the issuer: '' or '/t/acme'. */
  base: string
  subject: string
  login: string
  password: string
  access: string
  refresh: string
  /** Cookies of the person's browser. */
  jar: Jar
  /** The current code of the authenticator app; any code if there is none. */
  code(): string
  /** A passkey, which may be registered with the account. */
  device: Authenticator
}

/** The server refused something that the fixtures need. */
export class SetupFailed extends Error {
  override readonly name = 'SetupFailed'
}

export const password = 'a long enough password'

// biome-ignore lint/suspicious/noExplicitAny: the JSON of any answer
export type Body = any

/** Calls a JSON API and returns the body of the answer. Throws `SetupFailed` unless the call succeeds. */
export async function called(
  harness: Harness,
  random: Random,
  method: string,
  target: string,
  body?: object,
  token?: string,
): Promise<Body> {
  const authorized = token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]
  const kind = body === undefined ? [] : [['Content-Type', 'application/json'] as const]
  const request = { method, target, headers: [forwarded(random), ...authorized, ...kind] }
  const sent = body === undefined ? request : { ...request, body: Buffer.from(JSON.stringify(body)) }
  const answer = await harness.ask(setup, sent, { lists: true })
  if (!answer || answer.status >= 300)
    throw new SetupFailed(`${method} ${target}: ${answer?.status} ${answer?.body.toString().slice(0, 300)}`)
  return answer.body.length > 0 ? JSON.parse(answer.body.toString()) : {}
}

export const noCode = () => '000000'

/** Creates an account in the root tenant. */
export async function signedUp(harness: Harness, random: Random, name: string): Promise<Person> {
  const login = `${name}@example.com`
  const { id } = await called(harness, random, 'POST', '/api/v1/auth/register', { email: login, password, display_name: name })
  return signedIn(harness, random, { base: '', subject: id, login, password })
}

export async function signedIn(
  harness: Harness,
  random: Random,
  who: Pick<Person, 'base' | 'subject' | 'login' | 'password'>,
): Promise<Person> {
  const tokens = await tokensOf(harness, random, who)
  return { ...who, ...tokens, jar: jar(), code: noCode, device: authenticator(harness.issuer) }
}

/** The `sub` claim. */
export function subjectOf(jwt: string): string {
  return JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()).sub
}

export async function tokensOf(harness: Harness, random: Random, { base, login, password }: Pick<Person, 'base' | 'login' | 'password'>) {
  const { access_token: access, refresh_token: refresh } = await called(harness, random, 'POST', `${base}/api/v1/auth/login`, {
    email: login,
    password,
  })
  return { access, refresh } as { access: string; refresh: string }
}

/** Signs in through the pages. Chooses a new password and gives consent where the server asks for them. */
export async function enter(harness: Harness, random: Random, who: Person, target: string): Promise<Page> {
  let page = await open(harness, random, who.jar, target)
  for (let n = 0; n < 4; n++) {
    const form = formNamed(page, 'sign-in', 'new-password', 'second-factor', 'consent')
    if (!form) return page
    const answers: Record<string, Record<string, string>> = {
      'sign-in': { username: who.login, password: who.password },
      'new-password': { password, repeated: password },
      'second-factor': { code: who.code() },
      consent: { answer: 'allow' },
    }
    page = await submit(harness, random, { jar: who.jar, page }, form, answers[form.id]!)
  }
  return page
}

/** The authenticator app that a page offers to set up. */
export function appOn({ html }: Page): AuthenticatorApp | undefined {
  const secret = /<code id="secret">([^<]+)</.exec(html)?.[1]
  return secret === undefined ? undefined : authenticatorApp(secret)
}

/** Sets up an authenticator app on the account page. */
export async function withApp(harness: Harness, random: Random, who: Person): Promise<Person> {
  const page = await open(harness, random, who.jar, `${who.base}/account/second-factors`)
  const form = formNamed(page, 'second-factors-add-app')
  const app = appOn(page)
  if (!form || !app) throw new SetupFailed('no authenticator app is offered')
  const step = nextStep()
  const code = () => app.at(30 * step())
  await submit(harness, random, { jar: who.jar, page }, form, { code: code() })
  return { ...who, code }
}

/** Each code works once: that of the last half minute, of this one or of the next. */
function nextStep(): () => number {
  let last = 0
  return () => {
    const now = Math.floor(Date.now() / 30_000)
    last = Math.min(Math.max(last + 1, now - 1), now + 1)
    return last
  }
}

/** Registers a passkey on the account page. */
export async function withPasskey(harness: Harness, random: Random, who: Person): Promise<void> {
  const page = await open(harness, random, who.jar, `${who.base}/account/passkeys`)
  const form = page.forms.find(({ passkey }) => passkey?.act === 'create')
  if (!form) throw new SetupFailed('no passkey is offered')
  const response = who.device.create(form.passkey!.options)
  await submit(harness, random, { jar: who.jar, page }, form, { response })
}
