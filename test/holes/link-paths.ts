/** Links in mails: what is handed out before a change, and how it fares afterwards. */
import { call, encode } from '../journeys/application.ts'
import { browser } from '../tiny-browser.ts'
import { type Path, password, type World } from './world.ts'

async function pageOf(world: World, url: string, form: string, fields: Record<string, string>): Promise<string> {
  const own = browser(world.issuer)
  const page = await own.open(url)
  if (page.status !== 200) return `${page.status}`
  const done = await own.submit(form, fields)
  return done.status === 200 ? 'works' : `${done.status}`
}
const fresh = 'a fresh and long password'
const chosen = { password: fresh, repeated: fresh }

export const linkPaths: Record<string, Path> = {
  'reset link': async (world) => {
    const url = await world.link('reset', 'lr', await world.person('resetting'))
    return () => pageOf(world, url, 'choose-password', chosen)
  },
  invitation: async (world) => {
    const url = await world.link('invitation', 'li', await world.person('invited'))
    return () => pageOf(world, url, 'choose-password', chosen)
  },
  'link that verifies an address': async (world) => {
    const url = await world.link('verification', 'lv', await world.person('verifying'))
    return () => pageOf(world, url, 'confirm-email', {})
  },
  'link that changes an address': async (world) => {
    const url = await world.link('email-change', 'le', await world.person('moving'))
    return () => pageOf(world, url, 'confirm-email', {})
  },
  'link that ends a sign-up': async (world) => {
    const url = await world.signUpLink('newcomer@example.com')
    return () => pageOf(world, url, 'confirm-sign-up', { password })
  },
  'page for a forgotten password':
    async ({ issuer, alice }) =>
    async () => {
      const { status } = await call(`${issuer}/forgot-password/send`, { body: encode({ login: alice.username }) })
      return status < 300 ? 'works' : `${status}`
    },
}
