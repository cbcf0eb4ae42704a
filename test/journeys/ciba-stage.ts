/** A server with people and clients for backchannel authentication, and how requests are begun and answered there. */
import assert from 'node:assert/strict'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { linkIn, type Mail, type MailSink, mailSink } from '../mail-sink.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Answer, type Application, alice, application, callback, type Fields, type Person, shows } from './application.ts'

export const grant_type = 'urn:openid:params:grant-type:ciba'
export const bob: Person = { username: 'bob1', password: 'builder of things' }

export interface CibaStage {
  gatehouse: TestApp
  sink: MailSink
  bank: Application
  other: Application
  /** Of alice. */
  subject: string
  ask(fields?: Fields, by?: Application): Promise<Answer>
  /** What the client gets, and the mail and link that the person gets. */
  begin(fields?: Fields, by?: Application): Promise<{ id: string; body: Answer['body']; mail: Mail; link: string }>
  poll(authReqId: string, by?: Application): Promise<Answer>
  error(authReqId: string, by?: Application): Promise<string | undefined>
  toConsent(link: string, who?: Person): Promise<{ browser: TinyBrowser; page: Landing }>
  answered(link: string, answer: 'allow' | 'deny' | 'disown'): Promise<Landing>
  close(): Promise<void>
}

export const usual = { grant_types: [grant_type, 'refresh_token'], response_types: [], scope: 'openid profile offline_access' }

/** `start`: the server, with these settings, where it is not one that is started here. */
export async function cibaStage(
  engine: Engine,
  start: (env: Record<string, string>) => Promise<TestApp> = (env) => testApp(engine, env),
): Promise<CibaStage> {
  const sink = await mailSink()
  const gatehouse = await start({ MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
  await gatehouse.addClient({ ...usual, client_id: 'bank', client_name: 'Bank' }, 'secret')
  await gatehouse.addClient({ ...usual, client_id: 'other' }, 'secret')
  await gatehouse.addClient({ client_id: 'web', redirect_uris: [callback], scope: 'openid' }, 'secret')
  const subject = await gatehouse.addAccount({ username: alice.username, email: 'alice@example.org' }, alice.password)
  await gatehouse.addAccount({ username: bob.username, email: 'bob@example.org' }, bob.password)
  await gatehouse.addAccount({ username: 'homer' }, 'no address at all')
  const of = (id: string) => application(gatehouse, { id, secret: 'secret' })
  const bank = of('bank')
  const stage: CibaStage = {
    ...{ gatehouse, sink, bank, other: of('other'), subject },
    ask: (fields = {}, by = bank) => by.post('/backchannel_authentication', { scope: 'openid', login_hint: alice.username, ...fields }),
    async begin(fields = {}, by = bank) {
      const { status, body } = await stage.ask(fields, by)
      assert.equal(status, 200, JSON.stringify(body))
      const mail = await sink.next()
      return { id: body.auth_req_id, body, mail, link: linkIn(mail) }
    },
    poll: (auth_req_id, by = bank) => by.post('/token', { grant_type, auth_req_id }),
    error: async (id, by = bank) => (await stage.poll(id, by)).body.error,
    async toConsent(link, who = alice) {
      const browser = gatehouse.browser()
      const landing = await browser.open(link)
      return { browser, page: shows(landing, 'sign-in') ? await browser.submit('sign-in', { ...who }) : landing }
    },
    async answered(link, answer) {
      const { browser } = await stage.toConsent(link)
      return browser.submit('consent', { answer })
    },
    async close() {
      await gatehouse.close()
      await sink.close()
    },
  }
  return stage
}
