/** Mails survive a mail server that does not take them, a process that dies, and several nodes; what is lost is recorded (hole 21). */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { sealer } from '../../src/crypto/seal.ts'
import { queueLink, sendLink } from '../../src/identity/links.ts'
import { random } from '../../src/platform.ts'
import { openDatabase } from '../../src/store/open.ts'
import { sql } from '../../src/store/sql.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`hole 21, the outbox, on ${engine}`, () => {
    let sink: MailSink
    let gatehouse: TestApp
    let people = 0
    before(async () => {
      sink = await mailSink()
      gatehouse = await testApp(engine, { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', LIMITS_SIGN_IN_ADDRESS: '1000' })
    })
    beforeEach(() => sink.refuse(undefined))
    after(async () => {
      await gatehouse.close()
      await sink.close()
    })

    async function somebody() {
      const username = `person${++people}`
      const subject = await gatehouse.addAccount({ username, email: `${username}@example.com` })
      return { username, subject, account: (await gatehouse.root.store.accounts.bySubject(subject))! }
    }
    const send = async (who: Awaited<ReturnType<typeof somebody>>) =>
      sendLink(gatehouse.root.mail!, 'reset', who.account, who.account.email!)
    async function rows(): Promise<{ sealed: string; next_at: number }[]> {
      const db = await openDatabase(gatehouse.database)
      const found = await db.read(sql`select sealed, next_at from outbox where tenant_id = 'root'`)
      await db.close()
      return found as never
    }
    const losses = async (subject: string) => {
      const found = await gatehouse.root.store.audit.search({ act: 'mail.lost', limit: 100, newestFirst: true })
      return found.filter(({ detail }) => detail?.['user'] === subject)
    }

    test('a mail that is refused for now is delivered later, not before, and once', async () => {
      const who = await somebody()
      sink.refuse(450)
      assert.deepEqual(await send(who), { outcome: 'deferred', reason: '450' })
      const before = sink.answered()
      await gatehouse.app.deliverDue()
      assert.equal(sink.answered(), before, 'not at once again')
      gatehouse.advance(31)
      await gatehouse.app.deliverDue()
      assert.equal(sink.answered(), before + 1)
      sink.refuse(undefined)
      gatehouse.advance(61)
      await Promise.all(Array.from({ length: 6 }, () => gatehouse.app.deliverDue()))
      const mail = await sink.next()
      assert.deepEqual(mail.recipients, [who.account.email])
      assert.equal((await fetch(linkIn(mail))).status, 200)
      assert.equal(sink.waiting(), 0)
      assert.deepEqual(await rows(), [])
      assert.deepEqual(await losses(who.subject), [])
    })

    test('the answer to the person is the same, and does not wait', async () => {
      const who = await somebody()
      sink.refuse(450)
      const browser = gatehouse.browser()
      await browser.open('/forgot-password')
      const refused = await browser.submit('forgot-password', { login: who.username })
      await browser.open('/forgot-password')
      const unknown = await browser.submit('forgot-password', { login: 'nobody' })
      assert.match(refused.html, /<h1 id="mail-sent">/)
      assert.deepEqual([refused.status, refused.html.length], [unknown.status, unknown.html.length])
      while (!(await rows()).some(({ next_at }) => next_at < gatehouse.now() + 60)) await setImmediate() // the first attempt has failed
      gatehouse.advance(400)
      sink.refuse(undefined)
      await gatehouse.app.deliverDue()
      assert.match(linkIn(await sink.next()), /gth_lr_/)
    })

    test('what waits cannot be read in the database', async () => {
      const who = await somebody()
      sink.refuse(450)
      await send(who)
      const [row] = await rows()
      assert.ok(row)
      for (const coded of [row.sealed, Buffer.from(row.sealed, 'base64url').toString('latin1')])
        assert.doesNotMatch(coded, /gth_|link|person|example/)
      sink.refuse(undefined)
      gatehouse.advance(400)
      await gatehouse.app.deliverDue()
      await sink.next()
    })

    test('a process that dies before it delivers leaves the mail to another', async () => {
      const who = await somebody()
      const mail = { ...gatehouse.root.mail!, inBackground: () => {} } // it is stored, and then nothing happens any more
      await queueLink(mail, 'reset', who.account, who.account.email!)
      await gatehouse.app.deliverDue()
      assert.equal(sink.waiting(), 0, 'it may still be delivering')
      gatehouse.advance(300)
      await Promise.all(Array.from({ length: 6 }, () => gatehouse.app.deliverDue()))
      assert.deepEqual((await sink.next()).recipients, [who.account.email])
      assert.equal(sink.waiting(), 0)
    })

    test('a permanent refusal is a loss at once, and recorded', async () => {
      const who = await somebody()
      sink.refuse(550)
      assert.deepEqual(await send(who), { outcome: 'lost', reason: '550' })
      const [loss, ...more] = await losses(who.subject)
      assert.deepEqual(
        [loss?.outcome, loss?.detail, more],
        ['failure', { kind: 'reset', user: who.subject, reason: '550', attempts: 1 }, []],
      )
      assert.deepEqual(await rows(), [])
    })

    test('a mail is given up when its link has expired, and that is recorded', async () => {
      const who = await somebody()
      sink.refuse(450)
      await send(who)
      let turns = 0
      while ((await rows()).length > 0) {
        gatehouse.advance(600)
        await gatehouse.app.deliverDue()
        assert.ok(++turns <= 6, 'within the hour')
      }
      assert.equal((await losses(who.subject)).length, 1)
      sink.refuse(undefined)
      gatehouse.advance(7200)
      await gatehouse.app.deliverDue()
      assert.equal(sink.waiting(), 0)
    })

    test('a mail that cannot be opened is lost, and stops nothing', async () => {
      const message = gatehouse.root.mail!.message({ kind: 'reset', to: 'x@example.org', username: 'x', from: 'x', link: undefined }, 3600)
      await gatehouse.root.store.outbox.add({ ...message, sealed: `${message.sealed.slice(0, -4)}AAAA` })
      const who = await somebody()
      sink.refuse(450)
      await send(who)
      sink.refuse(undefined)
      gatehouse.advance(400)
      await gatehouse.app.deliverDue()
      assert.deepEqual((await sink.next()).recipients, [who.account.email])
      assert.deepEqual(await rows(), [])
      const [loss] = await gatehouse.root.store.audit.search({ act: 'mail.lost', target: message.id, limit: 1, newestFirst: true })
      assert.deepEqual(loss?.detail, { reason: 'unreadable', attempts: 2 })
    })

    test('a mail under a key-encryption key that this node does not have yet is left to others, until it expires', async () => {
      const message = gatehouse.root.mail!.message({ kind: 'reset', to: 'x@example.org', username: 'x', from: 'x', link: undefined }, 3600)
      const elsewhere = sealer([random(32)], random).seal({ purpose: 'outbox', tenant: 'root', id: message.id }, Buffer.from('{}'))
      await gatehouse.root.store.outbox.add({ ...message, sealed: elsewhere })
      gatehouse.advance(400)
      await gatehouse.app.deliverDue()
      assert.equal((await rows()).length, 1)
      gatehouse.advance(3600)
      await gatehouse.app.deliverDue()
      assert.deepEqual(await rows(), [])
      const [loss] = await gatehouse.root.store.audit.search({ act: 'mail.lost', target: message.id, limit: 1, newestFirst: true })
      assert.equal(loss?.detail?.['reason'], 'no key')
    })
  })
}
