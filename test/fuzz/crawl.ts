/** Crawls the HTML pages: loads a page, submits its forms with one or two hostile fields, follows the answer, and goes on from there. */
import { arrive, browserHeaders, open, routeOf, type Visit } from './browser.ts'
import { mutatedFields } from './endpoints.ts'
import { copyOf, type Fixture } from './fixture.ts'
import { type Json, mutated, written } from './json.ts'
import { type Form, type Jar, jar, ownTarget } from './pages.ts'
import { enter, type Person, password } from './people.ts'
import type { Random } from './random.ts'
import { encoded, type Field, posted, withHeader } from './request.ts'
import type { TestCase } from './test-case.ts'
import { hostileText } from './text.ts'
import { authorizeTarget } from './tokens.ts'

/** A crawl in progress. */
export interface Crawl extends Visit {
  who: Person
  stepsLeft: number
}

interface Beginning {
  who: Person
  jar: Jar
  target: string
  /** Sign in first, if the page asks for it. */
  signIn: boolean
}

const sections = ['', '/profile', '/email', '/password', '/passkeys', '/second-factors', '/sessions', '/applications', '/data', '/deletion']

function beginning(random: Random, { people, clients, tenant, strict, proving, links }: Fixture): Beginning {
  const { operator, org_admin: other, second } = people
  const asked = (more: Record<string, string>) => authorizeTarget('', random.pick([clients.asking, clients.web]).id, more)
  const stranger = (target: string, who: Person = operator): Beginning => ({ who, jar: jar(), target, signIn: false })
  const known = (who: Person, target: string): Beginning => ({ who, jar: who.jar, target, signIn: true })
  const ways: (() => Beginning)[] = [
    () => stranger(asked({})),
    () => stranger(asked({ prompt: 'create' })),
    () => stranger(asked({ prompt: 'login', response_mode: 'form_post' })),
    () => stranger(`/t/${proving.slug}/account`),
    () => stranger(`/t/${strict.slug}/account`, strict.person),
    () => stranger('/forgot-password'),
    () => stranger('/account', second),
    () => stranger(asked({ acr_values: 'aal2' }), second),
    () => (links.length > 0 ? stranger(random.pick(links)) : stranger('/link?token=x')),
    () => known(operator, asked({ prompt: 'consent' })),
    () => known(operator, asked({ prompt: 'select_account' })),
    () => known(operator, asked({ response_mode: 'form_post' })),
    () => known(operator, '/logout'),
    () => known(strict.person, `/t/${strict.slug}/account`),
    () => known(tenant.administrator, `/t/${tenant.slug}/account${random.pick(sections)}`),
    () => known(other, `/account${random.pick(sections)}`),
    () => known(operator, `/account${random.pick(sections)}`),
    () => known(second, `/account${random.pick(sections)}`),
  ]
  return random.pick(ways)()
}

export async function beginCrawl(random: Random, fixture: Fixture): Promise<Crawl> {
  const { who, jar, target, signIn } = beginning(random, fixture)
  const { harness } = fixture
  const place = { ...who, jar: signIn ? jar : copyOf(jar) }
  const stepsLeft = 2 + random.below(6)
  if (!signIn) return { who, jar: place.jar, page: await open(harness, random, place.jar, target), stepsLeft }
  const page = await enter(harness, random, place, target)
  return { who, jar: place.jar, page: page.target === target ? page : await open(harness, random, place.jar, target), stepsLeft }
}

/** The next request from this page; undefined when the page has no forms and no links. */
export function nextCase(random: Random, fixture: Fixture, crawl: Crawl): TestCase | undefined {
  const { page, jar } = crawl
  const forms = page.forms.filter(({ action }) => ownTarget(action, page.target, fixture.harness.issuer).length > 0)
  const headers = headersOf(random, jar)
  if (forms.length === 0 || random.chance(0.15)) {
    if (page.links.length === 0) return undefined
    const target = random.pick(page.links)
    const asked = random.chance(0.5) ? target : withHostileQuery(random, fixture, target)
    return { route: routeOf('GET', target), request: { method: 'GET', target: asked, headers }, expected: {} }
  }
  const form = random.pick(forms)
  const [target = '/'] = ownTarget(form.action, page.target, fixture.harness.issuer)
  const good = filledIn(random, fixture, crawl, form)
  const fields = random.chance(0.25) ? good : mutatedFields(random, fixture, good)
  return { route: routeOf('POST', target), request: posted(target, fields, headers), expected: {} }
}

/** The crawl at the page that the answer leads to. */
export async function follow(
  random: Random,
  { harness }: Fixture,
  crawl: Crawl,
  { request }: TestCase,
  answer: Parameters<typeof arrive>[4],
): Promise<Crawl> {
  const page = await arrive(harness, random, crawl.jar, request, answer)
  const stays = page.forms.length === 0 && page.links.length === 0
  return { ...crawl, page: stays ? crawl.page : page, stepsLeft: crawl.stepsLeft - 1 }
}

function headersOf(random: Random, jar: Jar) {
  const headers = browserHeaders(random, jar)
  return random.chance(0.03) ? withHeader(headers, 'Sec-Fetch-Site', 'cross-site') : headers
}

function withHostileQuery(random: Random, fixture: Fixture, target: string): string {
  const url = new URL(target, 'http://localhost')
  const fields = mutatedFields(random, fixture, [...url.searchParams])
  return `${url.pathname}?${encoded(fields)}`.slice(0, 15_000)
}

/** The fields of a form with valid values; values that the page provides are kept. */
function filledIn(random: Random, fixture: Fixture, { who }: Crawl, form: Form): Field[] {
  const usual: Readonly<Record<string, () => string>> = {
    username: () => who.login,
    login: () => who.login,
    password: () => (form.id === 'sign-in' ? who.password : password),
    current: () => who.password,
    repeated: () => password,
    code: () => who.code(),
    recovery_code: () => 'abcd-efgh',
    email: () => `n${random.below(1_000_000_000)}@example.com`,
    name: () => 'A name',
    response: () => passkeyResponse(random, who, fixture.people.second, form),
  }
  return form.fields.map(([name, value]) => [name, value === '' && Object.hasOwn(usual, name) ? usual[name]!() : value])
}

/** The response of an authenticator, in most cases with one part damaged. */
function passkeyResponse(random: Random, who: Person, known: Person, { passkey }: Form): string {
  if (!passkey) return ''
  const said = passkey.act === 'create' ? who.device.create(passkey.options) : known.device.get(passkey.options)
  if (random.chance(0.3)) return said
  const response = JSON.parse(said) as { [name: string]: Json }
  if (random.chance(0.3)) return written(mutated(random, response))
  return written({ ...response, response: garbled(random, response['response'] as { [name: string]: string }) })
}

/** Damages the bytes of one member. The client data stays intact: the server rejects a response with a wrong challenge before it reads the rest. */
function garbled(random: Random, members: { [name: string]: Json }): Json {
  const names = Object.keys(members).filter((name) => name !== 'clientDataJSON' && typeof members[name] === 'string')
  if (names.length === 0) return members
  const name = random.pick(names)
  const bytes = Buffer.from(members[name] as string, 'base64url')
  const at = random.below(bytes.length + 1)
  const changed = random.pick([
    Buffer.concat([bytes.subarray(0, at), Buffer.from([random.below(256)]), bytes.subarray(at + 1)]),
    bytes.subarray(0, at),
    Buffer.concat([bytes, bytes]),
    Buffer.from('9f'.repeat(3000), 'hex'), // CBOR: nested arrays of indefinite length
    Buffer.from('81'.repeat(8000), 'hex'),
    Buffer.from('5b7fffffffffffffff', 'hex'), // CBOR: a byte string of 2^63 bytes
    Buffer.from(hostileText(random).toWellFormed()),
  ])
  return { ...members, [name]: changed.toString('base64url') }
}
