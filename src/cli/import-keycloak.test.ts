/** A realm of Keycloak is brought: first as a plan, then once, whatever is done in between; and each detail that cannot come is named. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, suite, test } from 'node:test'
import { type TestApp, testApp } from '../../test/app.ts'
import { type CommandLine, commandLine } from '../../test/command-line.ts'
import { hotp } from '../crypto/totp.ts'
import { checkPassword } from '../identity/sign-in.ts'
import { checkTotp } from '../identity/totp.ts'
import { base32Bytes } from '../protocol/codec/base32.ts'

const export26 = join(import.meta.dirname, '../../test/keycloak/realm-export.json')
// biome-ignore lint/suspicious/noExplicitAny: a file of another server
const realm: any = JSON.parse(readFileSync(export26, 'utf8'))
const id = (n: number) => `4f6f2a4e-2f0b-4d0e-9d39-00000000000${n}`

const notComing = [
  ['identity provider google', 'declare it with "gatehouse connections create"'],
  ['authentication flow browser with terms', 'there is nothing like it here'],
  ['user storage company-ldap', 'people of other directories come without a password'],
  ['setting smtpServer', 'set mail.smtp_url_file'],
  ['setting accessTokenLifespan', 'run "gatehouse tenants update root --lifetimes-access-token 300" to keep it'],
  ['setting ssoSessionIdleTimeout', 'run "gatehouse tenants update root --lifetimes-session-idle 1800" to keep it'],
  ['setting ssoSessionMaxLifespan', 'run "gatehouse tenants update root --lifetimes-session-absolute 36000" to keep it'],
  ['group /sales/europe', 'attributes region: groups have none here'],
  ['group /Sales', 'another group has its name, but for case'],
  ['group /sales', 'new people do not join it by default'],
  [
    'client shop',
    'protocol mapper nested (oidc-usermodel-realm-role-mapper): the claim realm_access.roles is nested: name it without dots, such as "roles"',
  ],
  [
    'client shop',
    'protocol mapper api (oidc-audience-mapper): declare the API with "gatehouse resources create", and name it with --default-resource',
  ],
  ['client shop', 'protocol mapper script (script-mapper.js): there is nothing like it here'],
  ['client shop', 'redirect_uris https://shop.example/* must have no *: it is compared as it stands'],
  ['client spa', 'the web origin *: register each with --web-origins'],
  ['client nightly', 'its secret is not in the export: it gets a new one; "kc.sh export" writes secrets'],
  ['client legacy', 'the implicit flow: let the application use the code flow with PKCE'],
  ['client legacy', 'its secret is shorter than 22 characters: it gets a new one'],
  ['client legacy', 'redirect_uris https://legacy.example/* must have no *: it is compared as it stands'],
  ['client legacy', 'post_logout_redirect_uris https://legacy.example/* must have no *: it is compared as it stands'],
  ['client legacy', 'it does not come: redirect_uris at least one is needed for the authorization_code grant type'],
  ['client weak', 'its secret is shorter than 22 characters: it gets a new one'],
  ['client saml-app', 'it does not come: it speaks saml'],
  ['client api', 'it does not come: it is bearer-only, an API: declare it with "gatehouse resources create"'],
  ['client off', 'it does not come: it is disabled'],
  ['user jane.doe', 'authenticator app Old phone: it shows 8 digits by HmacSHA1 every 30 seconds; here it is 6 by HmacSHA1 every 30'],
  ['user grace', 'required action CONFIGURE_TOTP'],
  ['user grace', 'role realm-management:view-users: rights here are given by "gatehouse users set-role"'],
  ['user bob', 'identity at google: the person connects it again on the account page'],
  ['user plain', 'email: it is not a valid address'],
  ['user plain', 'website: it must be an absolute http or https URL'],
  ['user plain', 'attribute costCenter: it does not fit the attribute cost_center of the tenant'],
  ['user plain', 'password: it is in plain text ("value")'],
  ['user john@example.com', 'credential webauthn'],
  ['user twin', 'email: another account has it'],
  ['user service-account-nightly', 'is the account of a client, not of a person'],
]

suite('a realm export of Keycloak 26', () => {
  let line: CommandLine
  let app: TestApp | undefined
  const opened = async () => {
    app ??= await testApp('sqlite', { DATABASE_URL: `sqlite:${join(line.folder, 'gatehouse.db')}`, DATA_DIR: line.folder })
    return app
  }
  after(async () => {
    await app?.close()
    await line.remove()
  })

  test('is shown as a plan, which changes nothing', async () => {
    line = await commandLine()
    const planned = await line.json(`import keycloak ${export26}`)
    assert.deepEqual(planned.users, { imported: 7, already_there: 0, left_out: 1, refused: 0 })
    assert.deepEqual(
      planned.not_coming.map((note: { of: string; detail: string }) => [note.of, note.detail]),
      notComing,
    )
    assert.deepEqual(
      [planned.done, planned.attributes, planned.groups, planned.clients, planned.secrets],
      [
        false,
        ['client_roles', 'cost_center', 'hobbies', 'realm_roles'],
        ['sales', 'sales/europe'],
        ['shop', 'spa', 'nightly', 'keyed', 'weak'],
        [],
      ],
    )
    const { out, status } = await line.gatehouse(`import keycloak ${export26}`)
    assert.match(out, /^Realm example of Keycloak 26\.4\.2, into tenant root\n {2}\+ attribute client_roles \(list\)\n/)
    assert.match(out, /\+ client shop\n(?: {6}.*\n)* {6}redirect_uris: https:\/\/shop\.example\/callback https:\/\/shop\.example\/silent\n/)
    assert.match(out, /\n {2}users: 7 to import, 0 already there, 1 left out, 0 refused\n/)
    assert.match(out, /\nNothing is changed: add --yes to import\.\n$/)
    assert.equal(status, 0)
    assert.deepEqual(await line.json('users list'), [])
    assert.deepEqual(await line.json('attributes list'), [])
    assert.equal((await line.gatehouse('clients show shop')).status, 1)
  })

  test('goes on where it stopped', async () => {
    const database = new DatabaseSync(join(line.folder, 'gatehouse.db'))
    database.exec("create trigger stop before insert on accounts when new.username = 'plain' begin select raise(abort, 'stop'); end")
    const { status, err } = await line.gatehouse(`import keycloak ${export26} --yes`)
    database.exec('drop trigger stop')
    database.close()
    assert.equal(status, 1)
    assert.match(
      err,
      /The import stopped at the users, with 0 users imported\. Run the same command again: it goes on with what is missing\./,
    )
    assert.match(err, /secret of client nightly, note it now: gth_cs_\w+\n/)
    const done = await line.json(`import keycloak ${export26} --yes`)
    assert.deepEqual([done.done, done.attributes, done.groups, done.clients, done.secrets], [true, [], [], [], []])
    assert.equal(done.users.imported + done.users.already_there, 7)
    assert.equal(done.users.refused, 0)
  })

  test('is there once, and what is changed here stays', async () => {
    await line.json('users update grace --name "Grace Hopper"'.replaceAll('"', "'"))
    await line.json('groups remove-member sales/europe jane.doe')
    await line.json('clients update shop --client-name Store')
    const again = await line.json(`import keycloak ${export26} --yes`)
    assert.deepEqual(again.users, { imported: 0, already_there: 7, left_out: 1, refused: 0 })
    assert.ok(again.not_coming.some((note: { of: string; detail: string }) => note.detail === 'it is there already, and stays as it is'))
    assert.equal((await line.json('users show grace')).claims.name, 'Grace Hopper')
    assert.deepEqual((await line.json('groups show sales/europe')).members, [])
    assert.equal((await line.json('clients show shop')).client_name, 'Store')
    await line.json('groups add-member sales/europe jane.doe')
  })

  test('brings people with their claims, attributes, groups and roles', async () => {
    const jane = await line.json('users show jane.doe')
    assert.deepEqual(jane.claims, {
      name: 'Jane Doe',
      given_name: 'Jane',
      family_name: 'Doe',
      email_verified: true,
      locale: 'en',
      address: { street_address: '1 High Street', locality: 'London' },
    })
    assert.deepEqual(
      [jane.sub, jane.email, jane.attributes],
      [
        id(1),
        'jane@example.com',
        { cost_center: '4711', hobbies: ['chess', 'tea'], realm_roles: ['editor', 'viewer'], client_roles: ['shop:refund'] },
      ],
    )
    const defined: { name: string; type: string; max_length?: number; max_items?: number }[] = await line.json('attributes list')
    assert.deepEqual(
      defined.map(({ name, type, max_length, max_items }) => [name, type, max_length, max_items]),
      [
        ['client_roles', 'list', 2000, 100],
        ['cost_center', 'string', 2000, undefined],
        ['hobbies', 'list', 2000, 100],
        ['realm_roles', 'list', 2000, 100],
      ],
    )
    const bob = await line.json('users show bob')
    assert.deepEqual([bob.status, bob.email, bob.attributes], ['suspended', 'Bob@example.com', {}])
    const grace = await line.json('users show grace')
    assert.deepEqual([grace.password_is_temporary, grace.attributes.realm_roles], [true, ['editor', 'viewer']])
    const plain = await line.json('users show plain')
    assert.deepEqual([plain.has_password, plain.email, plain.claims, plain.attributes], [false, undefined, {}, {}])
    assert.equal((await line.json('users show john@example.com')).username, id(6))
    assert.equal((await line.json('users show twin')).email, undefined)
  })

  test('brings passwords of every form, and authenticator apps', async () => {
    const { root } = await opened()
    for (const [login, password] of [
      ['jane.doe', 'secret'],
      ['grace', "grace's password"],
      ['oldie', 'an old password'],
      ['twin', "a twin's password"],
    ] as const) {
      assert.equal(await checkPassword(root.signIn, login, 'another'), undefined, login)
      assert.ok(await checkPassword(root.signIn, login, password), login)
    }
    await line.json('users resume bob')
    assert.ok(await checkPassword(root.signIn, 'bob', 'imported secret'))
    const now = 1_800_000_000
    for (const [n, secret] of [
      [1, Buffer.from('abcdefghijklmnopqrst')],
      [2, base32Bytes('MZXW6YTBOJRGC6RANBSWY3DP') as Uint8Array],
      [3, Buffer.from('oldsecretoldsecretol')],
    ] as const) {
      const code = hotp(secret, Math.floor(now / 30))
      assert.equal(await checkTotp(root.signIn, id(n), code, now), true, `${n}`)
      assert.equal(await checkTotp(root.signIn, id(n), code, now), false, 'each code once')
    }
  })

  test('brings clients with their secrets, flows and claims', async () => {
    const shop = await line.json('clients show shop')
    assert.deepEqual(
      [shop.redirect_uris, shop.post_logout_redirect_uris, shop.backchannel_logout_uri, shop.scope, shop.access_token_lifetime],
      [
        ['https://shop.example/callback', 'https://shop.example/silent'],
        ['https://shop.example/bye', 'https://shop.example/'],
        'https://shop.example/logout',
        'openid profile email address phone offline_access departments',
        600,
      ],
    )
    assert.deepEqual(
      [shop.grant_types, shop.access_token_claims, shop.access_token_claim_sources],
      [
        ['authorization_code', 'refresh_token', 'client_credentials'],
        { tier: 3 },
        { cost: 'account.attributes.cost_center', roles: 'account.attributes.realm_roles', departments: 'account.groups' },
      ],
    )
    const { issuer } = await opened()
    const token = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('shop:Xq2mB4vK8sWcYdT0nZr6uJhPaLf3Gg9e')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const { access_token } = (await token.json()) as { access_token: string }
    const header = JSON.parse(Buffer.from(access_token.split('.')[0] as string, 'base64url').toString())
    assert.deepEqual([token.status, header.typ, header.alg], [200, 'JWT', 'RS256'])
    const spa = await line.json('clients show spa')
    assert.deepEqual([spa.token_endpoint_auth_method, spa.web_origins], ['none', ['https://other.example']])
    const keyed = await line.json('clients show keyed')
    assert.deepEqual([keyed.token_endpoint_auth_method, keyed.jwks_uri], ['private_key_jwt', 'https://keyed.example/jwks'])
  })
})

test('users in files of their own belong to the realm, and another realm is refused', async (t) => {
  const line = await commandLine()
  t.after(line.remove)
  const file = (name: string, value: unknown) => {
    writeFileSync(join(line.folder, name), typeof value === 'string' ? value : JSON.stringify(value))
    return join(line.folder, name)
  }
  const first = file('realm.json', { ...realm, users: [] })
  const second = file('users.json', { realm: 'example', users: realm.users })
  assert.equal((await line.json(`import keycloak ${first} ${second} --yes`)).users.imported, 7)
  for (const [files, message] of [
    [`${first} ${file('other.json', { realm: 'other', users: [] })}`, /other\.json is of another realm/],
    [file('array.json', [realm]), /array\.json is no export of a realm: export one with/],
    [file('cut.json', JSON.stringify(realm).slice(0, -20)), /cut\.json ends early/],
    [file('broken.json', '{"realm": what'), /broken\.json is not valid JSON/],
    [file('odd.json', { realm: 'example', groups: [{ path: '/x' }] }), /groups\.0\.name is not as Keycloak exports it/],
    [`${first}.not`, /realm\.json\.not cannot be read/],
  ] as const) {
    const { status, err } = await line.gatehouse(`import keycloak ${files} --yes`)
    assert.equal(status, 1)
    assert.match(err, message)
  }
})

test('people who cannot come are named, and the others come', async (t) => {
  const line = await commandLine()
  t.after(line.remove)
  await line.json('attributes define --name team --type enum --values red blue --required')
  const users = [
    { id: 'a', username: 'ada', attributes: { team: ['red'] } },
    { id: 'b', username: 'bob', attributes: { team: ['green'] } },
    { id: 'c' },
    ...Array.from({ length: 7 }, (_, i) => ({
      id: `m${i}`,
      username: `many${i}`,
      attributes: { team: ['blue'], groups: ['x'] },
      credentials: [{ type: 'password', value: 'open' }],
    })),
  ]
  const file = join(line.folder, 'realm.json')
  writeFileSync(file, JSON.stringify({ realm: 'example', users }))
  const planned = await line.gatehouse(`import keycloak ${file}`)
  assert.match(planned.out, /, 2 refused\n/)
  assert.deepEqual([planned.status, planned.err], [0, ''], 'nothing was asked of anybody yet')
  const { status, out, err } = await line.gatehouse(`import keycloak ${file} --yes`)
  assert.equal(status, 1)
  assert.match(out, / {2}users: 8 imported, 0 already there, 0 left out, 2 refused\n/)
  assert.match(out, /attribute groups: its name has a meaning already\n/)
  assert.match(out, /user bob: attribute team: it does not fit the attribute team of the tenant\n/)
  assert.match(out, /user bob: refused: attributes\.team is missing\n/)
  assert.match(out, /user \(without a name\): refused: is not as Keycloak exports users\n/)
  assert.match(
    out,
    /user many0, user many1, user many2, user many3, user many4 and 2 more \(--json lists them\): password: it is in plain text/,
  )
  assert.match(err, /2 users were refused: correct the file and run the command again; what is here already stays as it is/)
})
