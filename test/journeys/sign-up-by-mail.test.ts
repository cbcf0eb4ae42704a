/** Self-registration where the address must be confirmed first, and where nobody learns who has an account. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Engine } from '../app.ts'
import { linkIn } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { shows } from './application.ts'
import { asked } from './json.ts'
import { headline, password, type SignUpStage, signUpStage } from './sign-up-setup.ts'

const dead = 'this link was already used or has expired; sign up again'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`sign-up by mail, on ${engine}`, () => {
    let stage: SignUpStage
    let { gatehouse, sink, app, open, fill, redeemed, newcomer } = {} as SignUpStage
    before(async () => {
      stage = await signUpStage(engine)
      ;({ gatehouse, sink, app, open, fill, redeemed, newcomer } = stage)
    })
    after(async () => {
      await gatehouse.close()
      assert.equal(sink.waiting(), 0, 'no mail came that no test expects')
      await sink.close()
    })
    const store = (rule: string) => stage.tenant(rule).store

    for (const rule of ['verified', 'private']) {
      test(`${rule}: there is no account until the link is followed, which returns to the application`, async () => {
        const [browser, email] = [gatehouse.browser(), newcomer()]
        await open(browser, rule)
        assert.equal(headline(await fill(browser, email, { name: 'New Comer' })), 'sign-up-mail-sent')
        const mail = await sink.next()
        assert.deepEqual(mail.recipients, [email])
        assert.match(mail.text, /within one day/)
        const url = linkIn(mail)
        assert.equal(await store(rule).accounts.byLogin(email), undefined)
        assert.ok(shows(await gatehouse.browser().open(url), 'confirm-sign-up'), 'looking spends nothing')
        const page = await browser.open(url)
        assert.ok(!page.html.includes('type="password"'), 'in the same browser the password need not be typed again')
        const consent = await browser.submit('confirm-sign-up')
        assert.match(consent.html, /New Comer/)
        const { sub } = await redeemed(rule, await browser.submit('consent', { answer: 'allow' }))
        const account = await store(rule).accounts.byLogin(email)
        assert.deepEqual([account?.subject, account?.claims['email_verified']], [sub, true])
        for (const again of [
          await browser.open(url),
          await browser.post(url.split('?')[0] as string, Object.fromEntries(new URL(url).searchParams)),
        ])
          assert.deepEqual([again.status, again.html.includes(dead)], [400, true])
      })

      test(`${rule}: in another browser the password is asked for, so that nobody has an address proven for a password of their own`, async () => {
        const email = newcomer()
        const stranger = gatehouse.browser()
        await open(stranger, rule)
        await fill(stranger, email, { password: 'the password of a stranger', repeated: 'the password of a stranger' })
        const url = linkIn(await sink.next())
        const [owner, known] = [gatehouse.browser(), gatehouse.browser()]
        await open(known, rule)
        for (const browser of [known, owner]) {
          assert.match((await browser.open(url)).html, /type="password"/)
          assert.equal((await browser.submit('confirm-sign-up')).status, 401)
        }
        for (const fields of [{}, { password }] as Record<string, string>[]) {
          const refused = await owner.submit('confirm-sign-up', fields)
          assert.deepEqual([refused.status, refused.html.includes('not the password that you chose')], [401, true])
        }
        assert.equal(await store(rule).accounts.byLogin(email), undefined)
        gatehouse.advance(1800) // the flow of the first browser has expired, too
        await owner.submit('confirm-sign-up', { password: 'the password of a stranger' })
        assert.equal((await store(rule).accounts.byLogin(email))?.claims['email_verified'], true)
      })

      test(`${rule}: that password cannot be guessed`, async () => {
        const [browser, email] = [gatehouse.browser(), newcomer()]
        await open(browser, rule)
        await fill(browser, email)
        const owner = gatehouse.browser()
        await owner.open(linkIn(await sink.next()))
        for (let i = 0; i < 10; i++) assert.equal((await owner.submit('confirm-sign-up', { password: `guess ${i}` })).status, 401)
        const refused = await owner.submit('confirm-sign-up', { password })
        assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '900'])
        assert.match(refused.html, /There were too many attempts/)
      })

      test(`${rule}: the link lives for a day, and is the tenant's own`, async () => {
        const [browser, email] = [gatehouse.browser(), newcomer()]
        await open(browser, rule)
        await fill(browser, email)
        const url = linkIn(await sink.next())
        const other = url.replace(`/t/${rule}/`, '/t/unverified/')
        assert.equal((await gatehouse.browser().open(other)).html.includes(dead), true)
        gatehouse.advance(86_400)
        const page = await browser.open(url)
        assert.deepEqual([page.status, page.html.includes(dead)], [400, true])
      })

      test(`${rule}: somebody who has the address or name by then keeps it`, async () => {
        const [browser, email] = [gatehouse.browser(), newcomer()]
        await open(browser, rule)
        await fill(browser, email)
        const url = linkIn(await sink.next())
        await browser.open(url)
        await gatehouse.addAccount({ username: `by-then-${rule}`, email }, undefined, stage.tenant(rule))
        const refused = await browser.submit('confirm-sign-up')
        assert.match(refused.html, /another account now has this name or address; sign up again with another/)
      })
    }

    test('verified: a taken address is refused at once; private: only the owner is told, by mail', async () => {
      for (const rule of ['verified', 'private'])
        await gatehouse.addAccount({ username: 'ada', email: 'ada@example.com' }, password, stage.tenant(rule))
      const browser = gatehouse.browser()
      await open(browser, 'verified')
      assert.equal((await fill(browser, 'ada@example.com')).status, 409)
      await open(browser, 'private')
      assert.equal(headline(await fill(browser, 'ada@example.com')), 'sign-up-mail-sent')
      const mail = await sink.next()
      assert.deepEqual([mail.recipients, mail.subject], [['ada@example.com'], 'You already have an account at Acme'])
      assert.equal(linkIn(mail), `${gatehouse.issuer}/t/private/forgot-password`)
    })

    test('the JSON surfaces: 202 and nothing else, until the link and the password', async () => {
      gatehouse.advance(900)
      for (const rule of ['verified', 'private']) {
        const email = newcomer()
        const registered = await asked(`${app(rule).issuer}/api/v1/auth/register`, 'POST', { email, password })
        assert.deepEqual([registered.status, registered.body], [202, { status: 'verification_required' }])
        const login = () => asked(`${app(rule).issuer}/api/v1/auth/login`, 'POST', { email, password })
        assert.equal((await login()).status, 401)
        const browser = gatehouse.browser()
        browser.cookies.set(`gatehouse-browser-${rule}`, 'not-ours') // nor is there a browser in which it was asked for
        assert.match((await browser.open(linkIn(await sink.next()))).html, /type="password"/)
        assert.equal(headline(await browser.submit('confirm-sign-up', { password })), 'signed-up')
        assert.equal((await login()).status, 200)
        const named = { tenant_slug: rule, username: `named-${rule}`, email: newcomer(), password }
        const there = await asked(`${gatehouse.issuer}/register`, 'POST', named)
        assert.deepEqual([there.status, there.body, there.headers.get('set-cookie')], [202, { status: 'verification_required' }, null])
        await browser.open(linkIn(await sink.next()))
        await browser.submit('confirm-sign-up', { password })
        assert.equal((await store(rule).accounts.byLogin(named.email))?.username, named.username)
      }
    })

    test('the audit log has the request, and the account when there is one', async () => {
      gatehouse.advance(900)
      const [browser, email] = [gatehouse.browser(), newcomer()]
      await open(browser, 'private')
      await fill(browser, email)
      const noted = async () => {
        const entries = await store('private').audit.search({ since: gatehouse.now(), limit: 9, newestFirst: false })
        return entries.map(({ act, by, target, detail }) => [act, by?.id, target, detail])
      }
      assert.deepEqual(await noted(), [['user.sign-up', undefined, undefined, { proven: false }]])
      await browser.open(linkIn(await sink.next()))
      gatehouse.advance(1)
      await browser.submit('confirm-sign-up')
      const subject = (await store('private').accounts.byLogin(email))?.subject
      assert.deepEqual(await noted(), [
        ['user.sign-up', subject, subject, {}],
        ['user.sign-in', subject, subject, { acr: 'aal1' }],
      ])
    })
  })
}
