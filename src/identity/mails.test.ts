/** No mail is lost with the process that is about to send it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { openDatabase } from '../store/open.ts'
import { sql } from '../store/sql.ts'
import { removeFactors, removeTotp } from './factors.ts'
import { type Mail, type MailDeps, queueLink, sendLink, sendNotice, sendRequest } from './links.ts'
import { type SignUpRule, signUp } from './sign-up.ts'

test('every mail is stored before it is attempted, and attempted at once', async () => {
  const gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: 'smtp://localhost:1', MAIL_FROM: 'id@example.org' })
  const { accounts, mail: ready, store } = gatehouse.root
  const email = 'ada@example.com'
  const account = (await store.accounts.bySubject(await gatehouse.addAccount({ username: 'ada', email })))!
  const later: Promise<unknown>[] = []
  const sent: Mail[] = []
  let attempts = 0
  const mail: MailDeps = {
    ...ready!,
    message(content, lifetime) {
      sent.push(content)
      return ready!.message(content, lifetime)
    },
    async deliver() {
      attempts++
      return { outcome: 'deferred', reason: 'the process ended' }
    },
    inBackground: (work) => void later.push(work()),
  }
  const apply = (address: SignUpRule['address'], by: string) =>
    signUp(accounts, { address, mail } as SignUpRule, { email: by, claims: {} }, 'the analytical engine')
  const acts: Record<string, () => Promise<unknown>> = {
    'a link': () => sendLink(mail, 'reset', account, email),
    'a link after the response': () => queueLink(mail, 'verification', account, email),
    'a notice': () => sendNotice(mail, { kind: 'password-changed' }, account),
    'a request for approval': () => sendRequest(mail, account, { application: 'TV', url: 'https://id.example/approve', lifetime: 300 }),
    'the link of a sign-up': () => apply('verified', 'new@example.com'),
    'a sign-up of somebody who has an account': () => apply('private', email),
  }
  const db = await openDatabase(gatehouse.database)
  const stored = async () => (await db.read(sql`select id from outbox where tenant_id = 'root'`)).length
  for (const [name, act] of Object.entries(acts)) {
    const before = await stored()
    await act()
    await Promise.all(later)
    assert.deepEqual([await stored(), attempts], [before + 1, sent.length], name)
    const { account: owner, from, to } = sent.at(-1)!
    const isNew = name === 'the link of a sign-up'
    assert.deepEqual([owner, from, to], [isNew ? undefined : account.subject, mail.name, isNew ? 'new@example.com' : email], name)
  }
  await db.close()
  await gatehouse.close()
})

test('who had no second factor hears of no removal', async () => {
  const gatehouse = await testApp('sqlite')
  const { signIn, store } = gatehouse.root
  const account = (await store.accounts.bySubject(await gatehouse.addAccount({ username: 'ada', email: 'ada@example.com' })))!
  const deps = { ...signIn, notify: () => assert.fail('nothing is sent') }
  assert.deepEqual([await removeTotp(deps, account), await removeFactors(deps, account)], [false, false])
  await gatehouse.close()
})

test('who has no address gets none', async () => {
  const gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: 'smtp://localhost:1', MAIL_FROM: 'id@example.org' })
  const account = (await gatehouse.root.store.accounts.bySubject(await gatehouse.addAccount({ username: 'ada' })))!
  const unused = () => assert.fail('nothing is sent')
  const mail: MailDeps = { ...gatehouse.root.mail!, message: unused, deliver: unused, inBackground: unused }
  await sendNotice(mail, { kind: 'password-changed' }, account)
  assert.equal(await sendRequest(mail, account, { application: 'TV', url: 'https://id.example/approve', lifetime: 300 }), false)
  await gatehouse.close()
})
