/** The front page of a tenant, and addresses that browsers ask for by themselves: the icon, and where to change a password. */
import type { Route, WebTenant } from './http/route.ts'
import { type Development, homeView } from './pages/home.ts'
import { iconFile } from './pages/icons.ts'
import { mailsView, type SentMail } from './pages/mails.ts'

/** `development`: what to show of development mode; undefined in production. `account`: whether there is an account page. */
export function homeRoutes({ development, account, sentMails }: HomeOptions): Route[] {
  const home: Route = {
    path: '/',
    methods: ['GET'],
    audience: 'person',
    async handle(tenant, { browser, address }) {
      const { ctx, base } = tenant
      const sessions = account ? await ctx.people.sessions(browser.sessions, ctx.now(), address) : []
      const { issuer } = ctx
      const shown = {
        issuer,
        base,
        account,
        tenant: ctx.tenant.name,
        logo: ctx.tenant.logoUri,
        signedIn: sessions.length > 0,
        development: ofRoot(tenant, development),
      }
      return { kind: 'view', view: homeView(shown) }
    },
  }
  return [home, icon, ...(account ? [changePassword] : []), ...(development && sentMails ? [mails(sentMails)] : [])]
}

export interface HomeOptions {
  development: Development | undefined
  account: boolean
  sentMails: (() => readonly SentMail[]) | undefined
}

/** The demo clients and the administrator are those of the root tenant. */
function ofRoot({ slug }: WebTenant, development: Development | undefined): Development | undefined {
  return slug === '' ? development : undefined
}

const icon: Route = {
  path: '/favicon.ico',
  methods: ['GET'],
  audience: 'program',
  handle: async () => ({
    kind: 'text',
    status: 200,
    type: 'image/svg+xml',
    text: iconFile,
    headers: { 'cache-control': 'public, max-age=86400' },
  }),
}

/** Password managers lead people here. W3C, A Well-Known URL for Changing Passwords */
const changePassword: Route = {
  path: '/.well-known/change-password',
  methods: ['GET'],
  audience: 'person',
  handle: async ({ ctx }) => ({ kind: 'redirect', to: `${ctx.issuer}/account/password` }),
}

/** Development mode: mail that was not really sent. */
const mails = (sentMails: () => readonly SentMail[]): Route => ({
  path: '/mails',
  methods: ['GET'],
  audience: 'person',
  handle: async ({ base, ctx }) => ({ kind: 'view', view: mailsView({ base, issuer: ctx.issuer, mails: sentMails() }) }),
})
