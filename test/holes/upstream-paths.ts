/** Paths of the matrix that lead over a provider: signing in through it, an invitation, and the link that connects an account there with one here. */
import assert from 'node:assert/strict'
import { connectionSchema } from '../../src/connections/connection.ts'
import { shows } from '../journeys/application.ts'
import { browser, type Landing, type TinyBrowser } from '../tiny-browser.ts'
import { browserOutcome, type Path, type World } from './world.ts'

type Connection = 'open' | 'invited'

/** By this rule people get accounts. */
async function connect({ tenant: { store, connections }, provider }: World, name: Connection): Promise<void> {
  const { issuer, clientId: client_id, secret } = provider
  const connection = connectionSchema.parse({ name, issuer, client_id, sign_in: { sign_up: name } })
  await store.connections.add(connection, connections.secrets.seal(name, secret))
}

/** From the sign-in page to the provider, where this person is; the address with which the provider sends the browser back. */
async function sentBack({ app, provider }: World, own: TinyBrowser, name: Connection, sub: string): Promise<string | Landing> {
  const page = await own.open(app.url())
  const link = new RegExp(`<a id="upstream-${name}" class="button" href="([^"]+)"`).exec(page.html)?.[1]?.replaceAll('&amp;', '&')
  if (link === undefined) return page
  provider.person = { sub, email: `${sub}@example.com`, email_verified: true }
  const { url } = await own.open(link)
  return (await fetch(url, { redirect: 'manual' })).headers.get('location') as string
}

/** Where the browser comes to rest, with consent. The code of the provider is in the address of a page of ours. */
async function arrived({ issuer }: World, own: TinyBrowser, back: string | Landing): Promise<string> {
  const landing = typeof back === 'string' ? await own.open(back) : back
  const rested = shows(landing, 'consent') ? await own.submit('consent', { answer: 'allow' }) : landing
  return browserOutcome(rested.url.href.startsWith(issuer) ? { ...rested, url: new URL(issuer) } : rested)
}

async function signIn(world: World, name: Connection, sub: string): Promise<string> {
  const own = browser(world.issuer)
  return arrived(world, own, await sentBack(world, own, name, sub))
}

/** Somebody whose account was made at the first sign-in through the provider. */
async function newcomer(world: World, sub: string): Promise<void> {
  await connect(world, 'open')
  assert.equal(await signIn(world, 'open', sub), 'works')
  const { accounts } = world.tenant.store
  world.people.push((await accounts.byLogin(`${sub}@example.com`))!)
}

export const upstreamPaths: Record<string, Path> = {
  'sign-in through a provider': async (world) => {
    await newcomer(world, 'upstream')
    return () => signIn(world, 'open', 'upstream')
  },
  'answer of a provider': async (world) => {
    await newcomer(world, 'waiting')
    const own = browser(world.issuer)
    const back = await sentBack(world, own, 'open', 'waiting')
    return () => arrived(world, own, back)
  },
  'invitation, through a provider': async (world) => {
    const { gatehouse, tenant, people } = world
    await connect(world, 'invited')
    const subject = await gatehouse.addAccount({ username: 'guest', email: 'guest@example.com' }, undefined, tenant)
    people.push((await tenant.store.accounts.bySubject(subject))!)
    await world.link('invitation', 'li', { username: 'guest', password: '' })
    return () => signIn(world, 'invited', 'guest')
  },
  'link that connects an account of a provider': async (world) => {
    const { tenant, people, gatehouse } = world
    await connect(world, 'open')
    await world.person('connecting')
    const { subject } = people.at(-1)!
    await tenant.store.accounts.change(subject, { claims: { email_verified: true } })
    people[people.length - 1] = (await tenant.store.accounts.bySubject(subject))!
    const own = browser(world.issuer)
    const sent = () => gatehouse.app.sentMails?.() ?? []
    const before = sent()[0]
    assert.equal(await arrived(world, own, await sentBack(world, own, 'open', 'connecting')), 'signs in')
    while (sent()[0] === before) await new Promise((resolve) => setImmediate(resolve))
    const fields = Object.fromEntries(new URL(/http\S+\/link\?\S+/.exec(sent()[0]!.text)![0]).searchParams)
    return async () => {
      const { status } = await own.post(`${world.issuer}/link/connect`, fields)
      return status === 200 ? 'works' : `${status}`
    }
  },
}
