/** The profile section of the account page: what a person says of themselves — OpenID Connect Core §5.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { alice } from './application.ts'

const address = { street_address: '1 High St', locality: 'Oxford', country: 'England' }
const known = {
  name: 'Alice Liddell',
  gender: 'female',
  phone_number: '+12025550123',
  phone_number_verified: true,
  email_verified: true,
  address,
}

const wrong: [field: string, value: string, fault: string][] = [
  ['birthdate', 'tomorrow', 'This must be YYYY-MM-DD or YYYY.'],
  ['birthdate', '1990-02-30', 'This is not a date.'],
  ['birthdate', '1990-13-01', 'This is not a date.'],
  ['birthdate', '2023-02-29', 'This is not a date.'],
  ['birthdate', '0000-02-30', 'This is not a date.'],
  ['zoneinfo', 'Mars/Olympus', 'This is not a time zone; write it as Europe/Paris.'],
  ['locale', 'en_GB!', 'This is not a language tag; write it as en-GB.'],
  ['phone_number', '0123', 'This must be an international number such as +12025550123.'],
  ['website', 'javascript:alert(1)', 'This must be an absolute http or https URL.'],
  ['profile', 'me', 'This must be an absolute http or https URL.'],
  ['picture', 'data:image/png;base64,AA', 'This must be an absolute http or https URL.'],
]

suite('the profile', () => {
  let gatehouse: TestApp
  let subject: string
  let browser: TinyBrowser
  before(async () => {
    gatehouse = await testApp('sqlite')
    subject = await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
    browser = gatehouse.browser()
    await browser.open('/account/profile')
    await browser.submit('sign-in', { ...alice })
  })
  after(() => gatehouse.close())

  const claims = async () => (await gatehouse.root.store.accounts.bySubject(subject))?.claims
  const values = (html: string) =>
    Object.fromEntries(Array.from(html.matchAll(/<input id="(\w+)"[^>]* value="([^"]*)"/g), ([, name, value]) => [name, value as string]))

  test('shows what is known, and preserves what has no field', async () => {
    await gatehouse.root.store.accounts.change(subject, { claims: { ...known, favourite: 'tea' } })
    const shown = values((await browser.open('/account/profile')).html)
    assert.deepEqual(shown, { name: 'Alice Liddell', gender: 'female', phone_number: '+12025550123', ...address })
    const saved = await browser.submit('profile-save', {
      ...shown,
      nickname: ' Al ',
      birthdate: '1852-05-04',
      zoneinfo: 'Europe/London',
      locale: 'en-GB',
    })
    assert.match(saved.html, /id="notice"[\s\S]*Your profile is saved/)
    assert.deepEqual(await claims(), {
      ...known,
      favourite: 'tea',
      nickname: 'Al',
      birthdate: '1852-05-04',
      zoneinfo: 'Europe/London',
      locale: 'en-GB',
    })
  })

  test('every field is saved', async () => {
    const texts = {
      ...{ name: 'Ada King', given_name: 'Ada', middle_name: 'Augusta', family_name: 'King', nickname: 'Ada', gender: 'female' },
      ...{ birthdate: '1815-12-10', zoneinfo: 'Europe/London', locale: 'en-GB', phone_number: '+12025550123' },
      ...{ website: 'https://ada.example/', profile: 'https://ada.example/me', picture: 'https://ada.example/me.png' },
    }
    const all = {
      street_address: '12 St James’s Square',
      locality: 'London',
      region: 'Greater London',
      postal_code: 'SW1Y',
      country: 'England',
    }
    await gatehouse.root.store.accounts.change(subject, { claims: {} })
    await browser.open('/account/profile')
    await browser.submit('profile-save', { ...texts, ...all })
    assert.deepEqual(await claims(), { ...texts, address: all })
  })

  for (const birthdate of ['1815', '0000-12-10', '0000-02-29', '2024-02-29', '1815-12-10'])
    test(`birthdate=${birthdate} is a year, or a day`, async () => {
      await browser.open('/account/profile')
      await browser.submit('profile-save', { birthdate })
      assert.deepEqual(await claims(), { birthdate })
    })

  test('a field left empty is removed; a new phone number is not verified', async () => {
    await gatehouse.root.store.accounts.change(subject, { claims: known })
    await browser.open('/account/profile')
    await browser.submit('profile-save', { name: 'Alice', phone_number: '+12025550199' })
    assert.deepEqual(await claims(), { name: 'Alice', phone_number: '+12025550199', email_verified: true })
  })

  test('nobody proves anything by writing it', async () => {
    await browser.open('/account/profile')
    const forged = {
      email_verified: 'true',
      phone_number_verified: 'true',
      sub: 'x',
      role: 'superadmin',
      email: 'x@example.com',
      username: 'x',
    }
    await gatehouse.root.store.accounts.change(subject, { claims: {} })
    await browser.submit('profile-save', { name: 'Alice', ...forged })
    const account = await gatehouse.root.store.accounts.bySubject(subject)
    assert.deepEqual(
      [account?.claims, account?.role, account?.username, account?.email],
      [{ name: 'Alice' }, 'viewer', alice.username, 'alice@example.com'],
    )
  })

  for (const [field, value, fault] of wrong)
    test(`${field}=${value}: ${fault}`, async () => {
      const before = await claims()
      await browser.open('/account/profile')
      const { status, html } = await browser.submit('profile-save', { name: 'Changed', [field]: value })
      assert.equal(status, 422)
      assert.match(
        html,
        new RegExp(
          `aria-describedby="${field}-fault[^>]* aria-invalid="true"[\\s\\S]*?<p id="${field}-fault" class="fault">${fault.replace(/[+.]/g, '\\$&')}<`,
        ),
      )
      assert.match(html, /Nothing is saved yet\. Please check the marked fields\./)
      assert.doesNotMatch(html, /id="problem"[^>]* autofocus/, 'the field has the focus')
      assert.equal(values(html)['name'], 'Changed', 'what was typed is not lost')
      assert.deepEqual(await claims(), before)
    })

  test('a field sent twice is refused', async () => {
    const page = await browser.open('/account/profile')
    const sid = /name="sid" value="([^"]+)"/.exec(page.html)?.[1] as string
    const body = new URLSearchParams([
      ['sid', sid],
      ['name', 'a'],
      ['name', 'b'],
    ])
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const { status } = await fetch(`${gatehouse.issuer}/account/profile/save`, {
      method: 'POST',
      body,
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    })
    assert.equal(status, 400)
  })
})
