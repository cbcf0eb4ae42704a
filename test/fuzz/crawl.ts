/** Crawls the HTML pages: loads a page, submits its forms with one or two hostile fields, follows the answer, and goes on from there. */
import { sections } from '../../src/web/account/sections.ts'
import { arrive, browserHeaders, open, type Visit } from './browser.ts'
import { copyOf, type Fixture } from './fixture.ts'
import { type Json, mutated, written } from './json.ts'
import { mutatedFields } from './mutations.ts'
import { backchannelRequest, deviceCode, mailedLink } from './obtained.ts'
import { type Form, type Jar, jar, ownTarget, type Page } from './pages.ts'
import { appOn, enter, type Person, password, SetupFailed } from './people.ts'
import type { Random } from './random.ts'
import { encoded, type Field, posted, withHeader } from './request.ts'
import { routeOf } from './routes.ts'
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

const accountPages = sections.map(({ name }) => (name === 'overview' ? '' : `/${name}`))

const otherPassword = 'another long enough password'

type Way = (random: Random, fixture: Fixture) => Beginning | Promise<Beginning>

const asked = (client: 'asking' | 'web', more: Record<string, string>) => (fixture: Fixture) =>
  authorizeTarget('', fixture.clients[client].id, more)
const stranger =
  (
    target: (fixture: Fixture, random: Random) => string | Promise<string>,
    who = (fixture: Fixture): Person => fixture.people.operator,
  ): Way =>
  async (random, fixture) => ({ who: who(fixture), jar: jar(), target: await target(fixture, random), signIn: false })
const known =
  (
    target: (fixture: Fixture, random: Random) => string | Promise<string>,
    who = (fixture: Fixture): Person => fixture.people.operator,
  ): Way =>
  async (random, fixture) => ({ who: who(fixture), jar: who(fixture).jar, target: await target(fixture, random), signIn: true })

/** How visits begin. Each leads to forms that the others do not reach. */
const ways: readonly Way[] = [
  stranger(asked('asking', {})),
  stranger(asked('web', { prompt: 'create' })),
  stranger(asked('asking', { prompt: 'login', response_mode: 'form_post' })),
  stranger(({ clients }) => authorizeTarget('', clients.asking.id).replace('/authorize', '/api/authorization')),
  stranger(({ proving }) => `/t/${proving.slug}/account`),
  stranger(
    ({ strict }) => `/t/${strict.slug}/account`,
    ({ strict }) => strict.person,
  ),
  stranger(() => '/forgot-password'),
  stranger(
    () => '/account',
    ({ people }) => people.second,
  ),
  stranger(asked('asking', { acr_values: 'aal2' }), ({ people }) => people.second),
  stranger(({ links }, random) => (links.length > 0 ? random.pick(links) : '/link?token=x')),
  stranger(({ links }) => links.findLast((link) => link.startsWith('/link')) ?? '/link?token=x'),
  known(({ links }) => links.findLast((link) => link.includes('/sign-up/confirm')) ?? '/sign-up/confirm?token=x'),
  known(asked('asking', { prompt: 'consent' })),
  known(asked('web', { prompt: 'select_account' })),
  known(asked('asking', { response_mode: 'form_post' })),
  known(() => '/logout'),
  known(async (fixture, random) => `/device?user_code=${(await deviceCode(fixture, random)).user_code}`),
  known(
    async (fixture, random) => {
      await backchannelRequest(fixture, random, fixture.people.viewer)
      return (await mailedLink(fixture, '/backchannel_authentication/approve')) ?? '/device'
    },
    ({ people }) => people.viewer,
  ),
  known(
    ({ strict }) => `/t/${strict.slug}/account`,
    ({ strict }) => strict.person,
  ),
  known(
    ({ tenant }, random) => `/t/${tenant.slug}/account${random.pick(accountPages)}`,
    ({ tenant }) => tenant.administrator,
  ),
  known(
    () => '/account/credentials',
    ({ people }) => people.viewer,
  ),
  ...accountPages.flatMap((page) => [
    known(
      () => `/account${page}`,
      ({ people }) => people.second,
    ),
    known(
      () => `/account${page}`,
      ({ people }) => people.org_admin,
    ),
  ]),
]

export async function beginCrawl(random: Random, fixture: Fixture): Promise<Crawl> {
  const { who, jar, target, signIn } = await beginningOf(random, fixture)
  const { harness, world } = fixture
  world.provider.person = { sub: `upstream-${random.below(1000)}`, email: `upstream-${random.below(1000)}@example.com` }
  const place = { ...who, jar: signIn ? jar : copyOf(jar) }
  const stepsLeft = 2 + random.below(6)
  if (!signIn) return { who, jar: place.jar, page: await open(harness, random, place.jar, target), stepsLeft }
  const page = await enter(harness, random, place, target)
  return { who, jar: place.jar, page: page.target === target ? page : await open(harness, random, place.jar, target), stepsLeft }
}

/** What it needs may have been removed by a test case. */
async function beginningOf(random: Random, fixture: Fixture): Promise<Beginning> {
  try {
    return await random.pick(ways)(random, fixture)
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error
    return { who: fixture.people.operator, jar: jar(), target: '/account', signIn: false }
  }
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
  const target = targetOf(form, page, fixture)
  const good = filledIn(random, fixture, crawl, form)
  const fields = random.chance(0.25) ? good : mutatedFields(random, fixture, good)
  return { route: routeOf('POST', target), request: posted(target, fields, headers), expected: {} }
}

function targetOf(form: Form, page: Page, { harness }: Fixture): string {
  return ownTarget(form.action, page.target, harness.issuer)[0] ?? '/'
}

/** The crawl at the page that the answer leads to. */
export async function follow(
  random: Random,
  { harness }: Fixture,
  crawl: Crawl,
  { request }: TestCase,
  answer: Parameters<typeof arrive>[4],
): Promise<Crawl> {
  if (answer && answer.status < 400 && request.target.endsWith('/password/change')) {
    const { who } = crawl
    who.password = who.password === password ? otherPassword : password
  }
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
function filledIn(random: Random, fixture: Fixture, { who, page }: Crawl, form: Form): Field[] {
  const newPassword = who.password === password ? otherPassword : password
  const usual: Readonly<Record<string, () => string>> = {
    username: () => who.login,
    login: () => who.login,
    password: () => (form.fields.some(([name]) => name === 'repeated') ? newPassword : who.password),
    current: () => who.password,
    repeated: () => newPassword,
    code: () => appOn(page)?.at(Date.now() / 1000) ?? who.code(),
    recovery_code: () => 'abcd-efgh',
    subject: () => who.login,
    email: () => `n${random.below(1_000_000_000)}@example.com`,
    name: () => 'A name',
    response: () => passkeyResponse(random, who, fixture.people.second, form),
  }
  return onePerName(random, form.fields).map(([name, value]) => [name, value === '' && Object.hasOwn(usual, name) ? usual[name]!() : value])
}

/** Of buttons and other choices with the same name, one. */
function onePerName(random: Random, fields: Form['fields']): Form['fields'] {
  return [...Map.groupBy(fields, ([name]) => name).values()].map((same) => random.pick(same))
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
