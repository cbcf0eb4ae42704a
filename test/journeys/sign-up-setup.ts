/** Three tenants with self-registration, one for each rule, each with an application, and people who register. */
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type MailSink, mailSink } from '../mail-sink.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, application, callback, claimsOf, told } from './application.ts'

export const password = 'seven words that nobody else has thought of'

export interface SignUpStage {
  gatehouse: TestApp
  sink: MailSink
  app(rule: string): Application
  tenant(rule: string): Tenant
  /** An address that nobody has had. */
  newcomer(): string
  /** The page, by the link of the sign-in page. */
  open(browser: TinyBrowser, rule: string): Promise<Landing>
  fill(browser: TinyBrowser, email: string, more?: Record<string, string>): Promise<Landing>
  /** The ID token of the person who returned to the application. */
  redeemed(rule: string, landing: Landing): Promise<Record<string, unknown>>
}

/** Close both, the server first. */
export async function signUpStage(engine: Engine): Promise<SignUpStage> {
  const sink = await mailSink()
  const gatehouse = await testApp(engine, { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', TRUSTED_PROXIES: '127.0.0.1,::1' })
  const tenants = new Map<string, Tenant>()
  for (const rule of ['unverified', 'verified', 'private'] as const) {
    await gatehouse.app.tenants.create({ slug: rule, name: 'Acme' })
    await gatehouse.app.tenants.set(rule, { sign_up_email: rule })
    const tenant = (await gatehouse.app.tenant(rule)) as Tenant
    tenants.set(rule, tenant)
    await gatehouse.addClient(
      { client_id: 'app', client_name: 'The App', redirect_uris: [callback], scope: 'openid profile email' },
      'secret',
      tenant,
    )
  }
  let people = 0
  const app = (rule: string) =>
    application(gatehouse, { id: 'app', secret: 'secret', scope: 'openid profile email', issuer: `${gatehouse.issuer}/t/${rule}` })
  return {
    gatehouse,
    sink,
    app,
    tenant: (rule) => tenants.get(rule) as Tenant,
    newcomer: () => `newcomer${++people}@example.com`,
    async open(browser, rule) {
      const page = await browser.open(app(rule).url())
      const link = /<a id="sign-up" href="([^"]+)"/.exec(page.html)?.[1] as string
      return browser.open(link.replaceAll('&amp;', '&'))
    },
    fill: (browser, email, more = {}) => browser.submit('sign-up', { email, password, repeated: password, ...more }),
    redeemed: async (rule, landing) => claimsOf((await app(rule).redeem(told(landing)['code'] as string)).body.id_token),
  }
}

/** Of a page that says what is done. */
export const headline = ({ html }: Landing) => /<h1 id="([^"]+)"/.exec(html)?.[1]
