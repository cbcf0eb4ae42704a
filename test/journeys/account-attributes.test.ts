/** The profile section of the account page: attributes that the tenant has defined. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { attributeSchema, type NewAttribute } from '../../src/identity/attributes.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { alice } from './application.ts'

const person = { writable_by: 'person' } as const
const definitions: NewAttribute[] = [
  { name: 'country', title: 'Country & <b>region</b>', description: 'Where you work.', type: 'string', max_length: 20, ...person },
  { name: 'desk', type: 'number', min: 1, max: 500, ...person },
  { name: 'remote', title: 'At home', type: 'boolean', ...person },
  { name: 'started', type: 'date', ...person },
  { name: 'plan', type: 'enum', values: ['free', 'paid'], required: true, ...person },
  { name: 'hobbies', type: 'list', max_items: 3, max_length: 10, ...person },
  { name: 'asked', type: 'string', max_length: 2000, ...person },
  { name: 'salary', title: 'Salary', type: 'number' },
  { name: 'key_holder', title: 'Has a key', type: 'boolean' },
  { name: 'teams', title: 'Teams', type: 'list' },
]

const wrong: [field: string, value: string, fault: string][] = [
  ['country', 'x'.repeat(21), 'This must be text of 1 to 20 characters.'],
  ['desk', 'seven', 'This must be a number, at least 1, at most 500.'],
  ['desk', '501', 'This must be a number, at least 1, at most 500.'],
  ['desk', '0x7', 'This must be a number, at least 1, at most 500.'],
  ['desk', '1e999', 'This must be a number, at least 1, at most 500.'],
  ['remote', 'maybe', 'This must be true or false.'],
  ['started', '2031-02-30', 'This must be a date such as 2031-05-01.'],
  ['plan', 'gold', 'This must be one of free, paid.'],
  ['plan', '', 'This is missing.'],
  ['hobbies', 'a\r\nb\r\nc\r\nd', 'This must be a list of 1 to 3 texts of 1 to 10 characters.'],
  ['hobbies', 'much too long', 'This must be a list of 1 to 3 texts of 1 to 10 characters.'],
]

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`attributes on the account page, on ${engine}`, () => {
    const kept = { plan: 'free', desk: 7, salary: 100, key_holder: true, hobbies: ['chess', 'tea'] }
    const shown = { attribute_plan: 'free', attribute_desk: '7', attribute_hobbies: 'chess\r\ntea' }
    let gatehouse: TestApp
    let subject: string
    let browser: TinyBrowser
    before(async () => {
      gatehouse = await testApp(engine)
      for (const definition of definitions)
        assert.equal(await gatehouse.root.store.attributes.define(attributeSchema.parse(definition)), 'defined')
      subject = await gatehouse.addAccount({ username: alice.username, attributes: kept }, alice.password)
      browser = gatehouse.browser()
      await browser.open('/account/profile')
      await browser.submit('sign-in', { ...alice })
    })
    after(() => gatehouse.close())

    const account = async () => (await gatehouse.root.store.accounts.bySubject(subject))!
    const attributes = async () => (await account()).attributes
    const fresh = async (values: object = kept) => {
      await gatehouse.root.store.accounts.change(subject, { claims: { name: 'Alice' }, attributes: values as typeof kept })
      return (await browser.open('/account/profile')).html
    }

    test('attributes that the person can edit have a field of their type, the others are displayed', async () => {
      const html = await fresh()
      const fields = [
        /<label for="attribute_country">Country &amp; &lt;b&gt;region&lt;\/b&gt;<\/label>\s*<input id="attribute_country"[^>]* aria-describedby="attribute_country-hint"[^>]* maxlength="20" type="text"/,
        /<input id="attribute_desk"[^>]* type="number" step="any" min="1" max="500" value="7">/,
        /<select id="attribute_remote"[^>]*><option value="">[^<]+<\/option><option value="true">Yes<\/option><option value="false">No</,
        /<input id="attribute_started"[^>]* type="date" value="">/,
        /<label for="attribute_plan">plan <span class="optional">\(required\)<\/span><\/label>\s*<select id="attribute_plan"[^>]* required>[\s\S]*<option value="free" selected>/,
        /<textarea id="attribute_hobbies"[^>]*>\nchess\ntea<\/textarea>/,
        /<textarea id="attribute_asked"[^>]* maxlength="2000"/,
        /<div id="attribute_salary"><dt>Salary<\/dt><dd dir="auto">100</,
        /<dt>Has a key<\/dt><dd dir="auto">Yes</,
        /<dt>Teams<\/dt><dd dir="auto"><span class="optional">Not set</,
      ]
      for (const field of fields) assert.match(html, field)
      assert.doesNotMatch(html, /name="attribute_salary"/)
    })

    test('is saved with the profile in one act, each value in its type, and what is left empty is taken away', async () => {
      await fresh()
      const page = await browser.submit('profile-save', {
        ...{ name: 'Alice L', attribute_country: ' England ', attribute_desk: '12.5', attribute_remote: 'false', attribute_plan: 'paid' },
        ...{ attribute_started: '2031-05-01', attribute_hobbies: ' go \r\n\r\ntea\r\n', attribute_asked: 'two\r\nlines' },
      })
      assert.match(page.html, /id="notice"[\s\S]*Your profile is saved/)
      const values = {
        country: 'England',
        desk: 12.5,
        remote: false,
        plan: 'paid',
        started: '2031-05-01',
        hobbies: ['go', 'tea'],
        asked: 'two\nlines',
      }
      assert.deepEqual(await attributes(), { ...values, salary: 100, key_holder: true })
      assert.deepEqual((await account()).claims, { name: 'Alice L' })
      await browser.submit('profile-save', { name: 'Alice L', attribute_plan: 'free' })
      assert.deepEqual(await attributes(), { plan: 'free', salary: 100, key_holder: true })
      const entries = await gatehouse.root.store.audit.search({ since: gatehouse.now(), limit: 9, newestFirst: true })
      const [first] = entries.filter(({ act }) => act === 'user.change')
      assert.deepEqual([first?.outcome, first?.by?.id, first?.target], ['success', subject, subject])
    })

    test('what was typed for another account is not displayed', async () => {
      await fresh()
      const typed = { sid: 'of another', asked: 'country', attribute_country: 'Wales' }
      const { status, html } = await browser.post('/account/profile/save', typed)
      assert.equal(status, 409)
      assert.match(html, /id="attribute_country"[^>]* value=""/)
    })

    for (const [field, value, fault] of wrong)
      test(`${field}=${value}: ${fault}`, async () => {
        await fresh()
        const typed = { name: 'Changed', ...shown, attribute_country: 'Wales', [`attribute_${field}`]: value }
        const { status, html } = await browser.submit('profile-save', typed)
        assert.equal(status, 422)
        assert.match(html, new RegExp(`id="attribute_${field}"[^>]* aria-describedby="attribute_${field}-fault[^>]* aria-invalid="true"`))
        assert.ok(html.includes(`<p id="attribute_${field}-fault" class="fault">${fault}</p>`))
        if (field !== 'country') assert.match(html, /id="attribute_country"[^>]* value="Wales"/, 'what was typed is not lost')
        assert.deepEqual([await attributes(), (await account()).claims], [kept, { name: 'Alice' }], 'all or nothing is saved')
      })

    test('text that is not a number or a date is displayed again, although their fields cannot show it', async () => {
      await fresh()
      const { html } = await browser.submit('profile-save', { ...shown, attribute_desk: 'seven', attribute_started: 'May' })
      for (const text of ['seven', 'May']) assert.match(html, new RegExp(`type="text" dir="auto" value="${text}"`))
    })

    test('errors of claims and of attributes are displayed together', async () => {
      await fresh()
      const { html } = await browser.submit('profile-save', { ...shown, attribute_desk: '0', birthdate: 'tomorrow' })
      for (const field of ['birthdate', 'attribute_desk']) assert.match(html, new RegExp(`<p id="${field}-fault"`))
    })

    test('nobody writes what only administrators write, or what there is not', async () => {
      await fresh()
      const forged = {
        attribute_salary: '999',
        attribute_role: 'superadmin',
        attribute___proto__: 'x',
        asked: 'plan salary role __proto__',
      }
      const page = await browser.submit('profile-save', { name: 'Alice', attribute_plan: 'paid', ...forged })
      assert.equal(page.status, 200)
      assert.deepEqual(await attributes(), { ...kept, plan: 'paid' })
    })

    test('a value that its field cannot show stays what it is until somebody changes it', async () => {
      const odd = { ...kept, hobbies: ['one\ntwo', ' six '], country: ' home\r\nland ' }
      await fresh(odd)
      await browser.submit('profile-save', {
        ...{ name: 'Alice', attribute_plan: 'paid', attribute_desk: '7' },
        ...{ attribute_hobbies: 'one\r\ntwo\r\n six ', attribute_country: 'home\r\nland' },
      })
      assert.deepEqual(await attributes(), { ...odd, plan: 'paid' })
    })

    test('a page of before a definition changes nothing of it; one from before a removal neither', async () => {
      await fresh()
      const { attributes: schema } = gatehouse.root.store
      assert.equal(await schema.define(attributeSchema.parse({ name: 'later', type: 'string', ...person })), 'defined')
      await gatehouse.root.store.accounts.change(subject, { attributes: { ...kept, later: 'stays' } })
      await schema.remove('started')
      const page = await browser.submit('profile-save', { name: 'Alice', ...shown, attribute_started: '2031-05-01' })
      assert.equal(page.status, 200)
      assert.deepEqual(await attributes(), { ...kept, later: 'stays' })
      await schema.remove('later')
      await schema.define(attributeSchema.parse(definitions[3]))
    })

    test('a field whose definition is changed while its value is saved is marked', async (t) => {
      await fresh()
      const { attributes: schema } = (await gatehouse.app.tenant(''))!.accounts.store
      const [plan, list] = [attributeSchema.parse(definitions[4]), schema.list]
      t.mock.method(
        schema,
        'list',
        async () => {
          const before = await list()
          assert.equal(await schema.define({ ...plan, values: ['free'] }), 'defined')
          return before
        },
        { times: 1 },
      )
      const { status, html } = await browser.submit('profile-save', { name: 'Alice', ...shown, attribute_plan: 'paid' })
      assert.deepEqual([status, html.includes('the fields have just changed')], [422, true])
      assert.match(html, /<p id="attribute_plan-fault" class="fault">This must be one of free\.<\/p>/)
      assert.deepEqual(await attributes(), kept)
      await schema.define(plan)
    })

    test('values that are too long in total are refused as a whole', async () => {
      const many = Array.from({ length: 10 }, (_, i) => `long_${i}`)
      const { attributes: schema } = gatehouse.root.store
      for (const name of many) await schema.define(attributeSchema.parse({ name, type: 'string', max_length: 2000, ...person }))
      await fresh()
      const texts = Object.fromEntries(many.map((name) => [`attribute_${name}`, 'x'.repeat(2000)]))
      const { status, html } = await browser.submit('profile-save', { name: 'Alice', ...shown, ...texts })
      assert.deepEqual([status, html.includes('it is too long in total')], [422, true])
      assert.deepEqual(await attributes(), kept)
      const full = { ...kept, teams: Array.from({ length: 20 }, () => 'x'.repeat(200)) }
      await fresh(full)
      const { attribute_long_0, attribute_long_1, attribute_long_2, ...fewer } = texts
      const beside = await browser.submit('profile-save', { name: 'Changed', ...shown, ...fewer })
      assert.deepEqual([beside.status, beside.html.includes('it is too long in total')], [422, true])
      assert.deepEqual([await attributes(), (await account()).claims], [full, { name: 'Alice' }])
      for (const name of many) await schema.remove(name)
    })
  })
}
