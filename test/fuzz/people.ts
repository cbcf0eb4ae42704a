/** People with accounts: signed up and signed in as anyone would be, at the JSON API and on the pages. */
import { type Authenticator, authenticator } from '../authenticator.ts'
import { authenticatorApp } from '../authenticator-app.ts'
import { type Jar, jar, type Page } from './pages.ts'
import { type Probe, preparing } from './probe.ts'
import type { Random } from './random.ts'
import { formNamed, forwarded, open, submit } from './visit.ts'

export interface Person {
  /** Path of the issuer: '' or '/t/acme'. */
  base: string
  subject: string
  login: string
  password: string
  access: string
  refresh: string
  /** Signed in at a browser. */
  jar: Jar
  /** The code that the authenticator app shows, where there is one. */
  code(): string
  /** Holds a passkey, which the account may know. */
  device: Authenticator
}

/** What was needed to go on did not come about. */
export class NotPrepared extends Error {
  override readonly name = 'NotPrepared'
}

export const password = 'a long enough password'

/** Calls a JSON API and returns what it answers. Throws unless it is done. */
// biome-ignore lint/suspicious/noExplicitAny: whatever was answered
export async function called(probe: Probe, random: Random, method: string, target: string, body?: object, token?: string): Promise<any> {
  const authorized = token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]
  const kind = body === undefined ? [] : [['Content-Type', 'application/json'] as const]
  const request = { method, target, headers: [forwarded(random), ...authorized, ...kind] }
  const sent = body === undefined ? request : { ...request, body: Buffer.from(JSON.stringify(body)) }
  const answer = await probe.ask(preparing, sent, { lists: true })
  if (!answer || answer.status >= 300)
    throw new NotPrepared(`${method} ${target}: ${answer?.status} ${answer?.body.toString().slice(0, 300)}`)
  return answer.body.length > 0 ? JSON.parse(answer.body.toString()) : {}
}

export const noCode = () => '000000'

/** Makes an account of the root tenant. */
export async function signedUp(probe: Probe, random: Random, name: string): Promise<Person> {
  const login = `${name}@example.com`
  const { id } = await called(probe, random, 'POST', '/api/v1/auth/register', { email: login, password, display_name: name })
  return signedIn(probe, random, { base: '', subject: id, login, password })
}

export async function signedIn(
  probe: Probe,
  random: Random,
  who: Pick<Person, 'base' | 'subject' | 'login' | 'password'>,
): Promise<Person> {
  const tokens = await tokensOf(probe, random, who)
  return { ...who, ...tokens, jar: jar(), code: noCode, device: authenticator(probe.issuer) }
}

/** Whom an access token is about. */
export function subjectOf(jwt: string): string {
  return JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()).sub
}

export async function tokensOf(probe: Probe, random: Random, { base, login, password }: Pick<Person, 'base' | 'login' | 'password'>) {
  const { access_token: access, refresh_token: refresh } = await called(probe, random, 'POST', `${base}/api/v1/auth/login`, {
    email: login,
    password,
  })
  return { access, refresh } as { access: string; refresh: string }
}

/** Signs in on the pages, with an own password where one is asked for. */
export async function enter(probe: Probe, random: Random, who: Person, target: string): Promise<Page> {
  let page = await open(probe, random, who.jar, target)
  for (let n = 0; n < 4; n++) {
    const form = formNamed(page, 'sign-in', 'new-password', 'second-factor', 'consent')
    if (!form) return page
    const answers: Record<string, Record<string, string>> = {
      'sign-in': { username: who.login, password: who.password },
      'new-password': { password, repeated: password },
      'second-factor': { code: who.code() },
      consent: { answer: 'allow' },
    }
    page = await submit(probe, random, { jar: who.jar, page }, form, answers[form.id]!)
  }
  return page
}

/** Sets up an authenticator app on the account page; whose codes are right from the next half minute on. */
export async function withApp(probe: Probe, random: Random, who: Person): Promise<Person> {
  const page = await open(probe, random, who.jar, `${who.base}/account/second-factors`)
  const form = formNamed(page, 'second-factors-add-app')
  const secret = /<code id="secret">([^<]+)</.exec(page.html)?.[1]
  if (!form || secret === undefined) throw new NotPrepared('no authenticator app is offered')
  const app = authenticatorApp(secret)
  const code = () => app.at(Math.floor(Date.now() / 1000))
  await submit(probe, random, { jar: who.jar, page }, form, { code: code() })
  return { ...who, code }
}

/** Adds a passkey on the account page. */
export async function withPasskey(probe: Probe, random: Random, who: Person): Promise<void> {
  const page = await open(probe, random, who.jar, `${who.base}/account/passkeys`)
  const form = page.forms.find(({ passkey }) => passkey?.act === 'create')
  if (!form) throw new NotPrepared('no passkey is offered')
  const response = who.device.create(form.passkey!.options)
  await submit(probe, random, { jar: who.jar, page }, form, { response })
}
