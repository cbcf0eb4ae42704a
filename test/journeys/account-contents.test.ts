/** What the account page shows of everything that an account can have, and the whole of the download — GDPR articles 15 and 20. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { firstPartyId } from '../../src/protocol/client.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type TestApp, testApp } from '../app.ts'
import { aPasskey } from '../tenant-content.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { fillAccount } from './account-setup.ts'

const password = 'a good and long password'
suite('an account that has everything', () => {
  let gatehouse: TestApp
  let tenant: Tenant
  let browser: TinyBrowser
  let page: Landing
  let subject: string
  let sid: string
  let start: number
  before(async () => {
    gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'id@example.org' })
    await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
    tenant = (await gatehouse.app.tenant('acme')) as Tenant
    start = gatehouse.now()
    const claims = { name: 'Ada Lovelace', zoneinfo: 'Pacific/Kiritimati' }
    subject = await gatehouse.addAccount({ username: 'ada', email: 'ada@example.com', claims, attributes: {} }, password, tenant)
    browser = gatehouse.browser()
    const flow = new URL((await browser.open('/t/acme/account')).url).searchParams.get('flow') as string
    page = await browser.post('/t/acme/authorize/sign-in', { flow, username: 'ada', password }, { 'user-agent': 'Linux Firefox/133.0' })
    sid = /name="sid" value="([^"]+)"/.exec((await browser.open('/t/acme/account/profile')).html)?.[1] as string
  })
  after(() => gatehouse.close())

  const overview = async () =>
    Array.from(
      (await browser.open('/t/acme/account')).html.matchAll(
        /<a id="open-[^"]+" class="row" href="([^"]+)"><span class="who"><span class="name">([^<]+)<\/span> <span class="detail( open)?">([\s\S]*?)<\/span><\/span>/g,
      ),
      ([, href, title, open = '', text = '']) => [
        `${href} ${title}${open}`,
        text.replace(/<time[^>]*>[^<]*<\/time>/g, 'TIME').replace(/<[^>]+>/g, ''),
      ],
    )

  test('the overview says how each section stands, first when there is nothing', async () => {
    assert.match(page.html, /<h1>Your account<\/h1>/)
    assert.doesNotMatch(page.html, /id="back"/)
    assert.match(page.html, /<a id="sign-out" href="\/t\/acme\/logout">/)
    assert.deepEqual(await overview(), [
      ['/t/acme/account/profile Profile', 'Ada Lovelace'],
      ['/t/acme/account/email Email open', 'ada@example.com, not confirmed yet'],
      ['/t/acme/account/password Password', 'Set'],
      ['/t/acme/account/passkeys Passkeys', 'None yet: sign in with your fingerprint, your face or a PIN'],
      ['/t/acme/account/second-factors Second factors open', 'Off: whoever learns your password can sign in'],
      ['/t/acme/account/sessions Sessions', '1 session, last sign-in TIME'],
      ['/t/acme/account/applications Applications', 'None has access to your account'],
      ['/t/acme/account/connections Connected accounts', 'None'],
      ['/t/acme/account/data Your data', 'Download everything that is stored about you'],
      ['/t/acme/account/deletion Delete account', 'Remove your account and everything that belongs to it'],
    ])
  })

  test('a factor to which no recovery code belongs is something to be done', async () => {
    const passkey = { ...aPasskey('1'), subject, name: 'Laptop', createdAt: start - 60 }
    await tenant.store.passkeys.add(passkey, { recoveryCodes: [], onlyFirst: false })
    const state = ['/t/acme/account/second-factors Second factors open', '1 passkey, 0 recovery codes left']
    assert.deepEqual((await overview()).slice(3, 5), [['/t/acme/account/passkeys Passkeys', '1 passkey'], state])
  })

  test('then of everything', async () => {
    await fillAccount(tenant, { subject, sid, start })
    tenant = (await gatehouse.app.tenant('acme')) as Tenant
    assert.deepEqual((await overview()).slice(1), [
      ['/t/acme/account/email Email', 'ada@example.com'],
      ['/t/acme/account/password Password', 'Set'],
      ['/t/acme/account/passkeys Passkeys', '2 passkeys'],
      ['/t/acme/account/second-factors Second factors', 'Authenticator app, 2 passkeys, 2 recovery codes left'],
      ['/t/acme/account/sessions Sessions', '1 session, last sign-in TIME'],
      ['/t/acme/account/applications Applications', '2 applications with access to your account'],
      ['/t/acme/account/connections Connected accounts', '3 accounts'],
      ['/t/acme/account/credentials Credentials', 'What you can add to a wallet, and what is in it'],
      ['/t/acme/account/data Your data', 'Download everything that is stored about you'],
      ['/t/acme/account/deletion Delete account', 'Remove your account and everything that belongs to it'],
    ])
  })

  test('each section marks itself in the menu, leads back to the overview, and is where another account comes back to', async () => {
    const whereIs = ({ html }: Landing) => {
      const current = Array.from(html.matchAll(/<a id="to-([^"]+)" href="[^"]+" aria-current="page">/g), ([, name]) => name)
      const change = /<a id="switch" href="([^"]+)">/.exec(html)?.[1]?.replaceAll('&amp;', '&') as string
      return [current, /<a id="back" class="back" href="([^"]+)">/.exec(html)?.[1], new URL(change).searchParams.get('state')]
    }
    const main = await browser.open('/t/acme/account')
    assert.deepEqual(whereIs(main), [[], undefined, 'overview'])
    const names = Array.from(main.html.matchAll(/<a id="open-([^"]+)"/g), ([, name]) => name)
    assert.equal(names.length, 11)
    for (const name of names)
      assert.deepEqual(whereIs(await browser.open(`/t/acme/account/${name}`)), [[name], '/t/acme/account', name], String(name))
  })

  const since = (time: string) => Date.parse(time) / 1000 - start
  const textOf = (html: string) =>
    html
      .replace(/<time datetime="([^"]+)">[^<]*GMT\+14<\/time>/g, (_, time: string) => String(since(time)))
      .replace(/<(?:summary|noscript|form|button|h2)[\s\S]*/, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
  const lists: readonly (readonly [section: string, items: readonly string[]])[] = [
    ['passkeys', ['Laptop Added -60; not used yet', 'Passkey on several devices Added -59; last used -58']],
    [
      'sessions',
      [
        'Firefox on Linux This one Last used 0 from network address 127.0.0.1 Signed in 0',
        'client2, Tideboard This one Last used -51; Signed in -60',
        'Tideboard Last used -56; Signed in -58',
      ],
    ],
    [
      'applications',
      [
        'Sign-in API Allowed -59 Know who you are See your email address',
        'Tideboard Allowed -60 Know who you are See your email address Open Tideboard',
      ],
    ],
    [
      'connections',
      [
        'The 1 ada at one Connected -60; last used -20 by Tideboard You can sign in with it Applications can get access to it through this server: openid, write, read',
        'The 2 Connected -30 You can sign in with it',
        'vanished label of e3 Connected -10; last used -9 by gone Applications can get access to it through this server: openid, read It no longer gives access. Connect it again.',
      ],
    ],
    [
      'credentials',
      [
        'gone Issued -60; valid until 86400; in vanished It is suspended. Ask the people who issue it.',
        'Credential Issued -60; valid until 86400; in Tideboard',
      ],
    ],
  ]
  for (const [section, items] of lists)
    test(`${section}: names are those of the applications, times in the time zone of the person`, async () => {
      const { html } = await browser.open(`/t/acme/account/${section}`)
      const found = html.split(/(?=<(?:div|span) class="who">)/).slice(2)
      assert.deepEqual(found.map(textOf), items)
    })

  test('a page without logos allows images of this server alone', async () => {
    const { headers } = await browser.open('/t/acme/account/applications')
    assert.match(headers.get('content-security-policy') ?? '', /img-src 'self' data:;/)
  })

  const gone: [act: string, fields: Record<string, string>, words: RegExp][] = [
    ['connections/connect', { connection: 'connection6' }, /This provider is no longer offered/],
    ['connections/connect', { connection: 'nothing' }, /This provider is no longer offered/],
    ['connections/disconnect', { account: 'connection1 somebody' }, /This account is not connected any more/],
    ['credentials/revoke', { credential: 'issued3' }, /This credential is revoked already/],
    ['credentials/revoke', { credential: 'nothing' }, /This credential is revoked already/],
  ]
  for (const [act, fields, words] of gone)
    test(`${act} of ${Object.values(fields)} is refused`, async () => {
      const { status, html } = await browser.post(`/t/acme/account/${act}`, { sid, ...fields })
      assert.deepEqual([status, words.test(html)], [404, true])
    })

  test('second factors: since when there is an app', async () => {
    const { html } = await browser.open('/t/acme/account/second-factors')
    assert.match(html, /Your app was set up <time [^>]*>[^<]*GMT\+14</)
    assert.match(html, /<strong id="codes-left">2</)
  })

  test('the providers that can be connected are offered in their order, without those that serve nothing', async () => {
    const { html } = await browser.open('/t/acme/account/connections')
    assert.deepEqual(
      Array.from(html.matchAll(/<button name="connection" value="([^"]+)">Connect <bdi>([^<]+)/g), ([, ...offer]) => offer),
      [
        ['connection5', 'The 5'],
        ['connection3', 'The 3'],
        ['connection2', 'The 2'],
        ['connection1', 'The 1'],
      ],
    )
  })

  test('the download is all of it', async () => {
    const told = { act: 'user.role', outcome: 'success', target: subject } as const
    const events = [{ ...told, by: { type: 'user', id: 'boss' } as const }, { ...told, by: { type: 'client', id: subject } as const }, told]
    await tenant.recordAudit(events, { requestId: 'r', address: '198.51.100.77' })
    await browser.open('/t/acme/account/data')
    const { html } = await browser.submit('data-download')
    assert.ok(html.startsWith('{\n  "issuer"') && html.endsWith('}\n'), 'it can be read')
    const { audit, ...document } = JSON.parse(html, (_, value) => (/^\d{4}-\d\d-\d\dT/.test(value) ? since(value) : value))
    const key = { label: 'Key', scope: 'orders:read orders:write', resource: ['https://orders.example'] }
    assert.deepEqual(document, {
      issuer: `${gatehouse.issuer}/t/acme`,
      made_at: 0,
      account: {
        ...{ sub: subject, username: 'ada', email: 'ada@example.com', role: 'viewer', status: 'active', has_password: true },
        ...{ created_at: 0, updated_at: 0 },
      },
      claims: { name: 'Ada Lovelace', zoneinfo: 'Pacific/Kiritimati', email_verified: true },
      passkeys: [
        { id: 'passkey1', name: 'Laptop', synced: false, backed_up: false, created_at: -60, last_used_at: null },
        { id: 'passkey2', name: 'Passkey', synced: true, backed_up: true, created_at: -59, last_used_at: -58 },
      ],
      second_factors: { authenticator_app: { since: 0 }, recovery_codes: 2 },
      shared_sign_ins: [
        { session: sid, applications: ['client2', 'Tideboard'], created_at: -60, last_used_at: -51 },
        { session: 'elsewhere', applications: ['Tideboard'], created_at: -58, last_used_at: -56 },
      ],
      sessions: [
        {
          ...{ id: sid, device: 'Firefox on Linux', address: '127.0.0.1', acr: 'aal1', amr: ['pwd'] },
          ...{ signed_in_at: 0, created_at: 0, last_seen_at: 0, expires_at: 86_400 },
        },
      ],
      applications: [
        { client_id: firstPartyId, scope: 'openid email', authorization_details: [], allowed_at: -59 },
        { client_id: 'client1', scope: 'openid email', authorization_details: [], allowed_at: -60 },
      ],
      connected_accounts: [
        { connection: 'connection1', sub: 'upstream1', signs_in: true, scope: 'openid write openid read', connected_at: -40 },
        { connection: 'connection2', sub: 'upstream2', signs_in: true, scope: '', connected_at: -30 },
        { connection: 'vanished', signs_in: false, scope: 'openid read', connected_at: -10 },
      ],
      credentials: [
        { credential: 'credential1', client_id: 'client1', status: 'valid', issued_at: -60, expires_at: 0 },
        { credential: 'credential1', client_id: 'client1', status: 'revoked', issued_at: -60, expires_at: 86_400 },
        { credential: 'gone', client_id: 'vanished', status: 'suspended', issued_at: -60, expires_at: 86_400 },
        { credential: 'credential1', client_id: 'client1', status: 'valid', issued_at: -60, expires_at: 86_400 },
      ],
      attributes: { team: 'red' },
      groups: ['Crew'],
      api_keys: [
        { id: 'key1', ...key, created_at: -60 },
        { id: 'key2', ...key, created_at: -59, expires_at: 86_400, last_used_at: -53 },
      ],
      known_browsers: [{ expires_at: 180 * 86_400 }],
      links: [{ kind: 'verification', email: 'ada@example.com', expires_at: 86_400 }],
    })
    const self = { type: 'user', id: subject }
    assert.deepEqual(
      audit.map(({ id, request_id, time, ...entry }: Record<string, unknown>) => entry),
      [
        { act: 'user.sign-in', outcome: 'success', detail: { acr: 'aal1' }, by: self, target: self, address: '127.0.0.1' },
        { act: 'user.role', outcome: 'success', detail: {}, by: { type: 'user' }, target: self, address: null },
        { act: 'user.role', outcome: 'success', detail: {}, by: { type: 'client' }, target: self, address: null },
        { act: 'user.role', outcome: 'success', detail: {}, by: null, target: self, address: null },
      ],
    )
  })

  test('a sign-in is recent for five minutes; then each page that can do harm asks for another, and leads back', async () => {
    const needy = ['email', 'password', 'passkeys', 'second-factors', 'credentials', 'data', 'deletion']
    const confirmOn = async (section: string) => {
      const { html } = await browser.open(`/t/acme/account/${section}`)
      return /<a id="confirm"[^>]* href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
    }
    gatehouse.advance(300)
    for (const section of needy) assert.equal(await confirmOn(section), undefined, section)
    gatehouse.advance(1)
    for (const section of needy) {
      const { pathname, searchParams } = new URL((await confirmOn(section)) as string, gatehouse.issuer)
      assert.deepEqual(
        [pathname, Object.fromEntries(searchParams)],
        [
          '/t/acme/authorize',
          {
            ...{ response_type: 'none', client_id: 'gatehouse-account', redirect_uri: `${gatehouse.issuer}/t/acme/account/return` },
            ...{ state: section, max_age: '300', login_hint: 'ada' },
          },
        ],
      )
    }
    const { html } = await browser.open('/t/acme/account')
    const { searchParams } = new URL(/<a id="switch" href="([^"]+)"/.exec(html)![1]!.replaceAll('&amp;', '&'), gatehouse.issuer)
    assert.deepEqual(
      [searchParams.get('state'), searchParams.get('prompt'), searchParams.has('max_age')],
      ['overview', 'select_account', false],
    )
  })

  test('an account at a provider is one to sign in with only where it is connected for that, and the provider is for signing in', async () => {
    const ways = async () => {
      const { html } = await browser.open('/t/acme/account/connections')
      const items = html.split(/(?=<(?:div|span) class="who">)/).slice(2)
      return items.map(textOf).flatMap((text) => (text.includes('You can sign in with it') ? [text.slice(0, 5)] : []))
    }
    assert.deepEqual(await ways(), ['The 1', 'The 2'])
    const { connections, upstreamIdentities } = tenant.store
    const second = (await connections.find('connection2'))!
    assert.equal(await connections.replace({ ...second, sign_in: { ...second.sign_in, enabled: false } }), 'replaced')
    tenant = (await gatehouse.app.tenant('acme')) as Tenant
    assert.deepEqual(await ways(), ['The 1'])
    const [first] = (await upstreamIdentities.of(subject)).filter(({ connection }) => connection === 'connection1')
    await upstreamIdentities.unlink(first!)
    assert.deepEqual(await ways(), [], 'its tokens are still kept')
  })
})
