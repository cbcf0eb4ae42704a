/** Tenant settings: one table, from which command line, storage, API and its description come. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'
import { signUpEmails, type TenantOwnSettings, tenantSettings, tenantSettingsSchema } from '../protocol/tenant-settings.ts'
import { flagOf } from './flags.ts'

const { folder, gatehouse, json, remove } = await commandLine()
after(remove)

/** A value of each setting that is not the default. */
const changed: Required<TenantOwnSettings> = {
  sign_up: false,
  sign_up_email: 'verified',
  password_grant: false,
  open_registration: false,
  second_factor: 'required',
  account_deletion: false,
  request_uri: true,
  client_id_hosts: ['agents.example'],
  front_channel_tokens: true,
  software_statement_issuers: { 'https://directory.example': 'https://directory.example/keys' },
  software_statements: 'required',
  federation: true,
  shared_signals: true,
  client_attesters: {
    'https://attester.example': {
      jwks: {
        keys: [
          { kty: 'EC', crv: 'P-256', x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4', y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM' },
        ],
      },
      client_ids: ['wallet'],
    },
  },
  credentials_per_person: 20,
  logo_uri: 'https://acme.example/logo.svg',
  contact: 'ada@example.com',
  lifetimes: { access_token: 60 },
}

test('every setting can be set by a flag, is listed, and can be unset', async () => {
  await json('tenants create acme')
  assert.deepEqual(Object.keys(changed), Object.keys(tenantSettingsSchema.shape))
  for (const [name, value] of Object.entries(changed)) {
    const text = typeof value === 'object' && !Array.isArray(value) ? `'${JSON.stringify(value)}'` : value
    const flag = name === 'lifetimes' ? '--lifetimes-access-token 60' : `${flagOf(name)} ${text}`
    const before = await json('tenants update acme')
    assert.deepEqual((await json(`tenants update acme ${flag}`))[name], value, name)
    const listed = (await json('tenants list')).find(({ slug }: { slug: string }) => slug === 'acme')
    assert.deepEqual(listed, { ...before, [name]: value }, name)
    assert.deepEqual(await json(`tenants update acme --unset ${name}`), before, name)
  }
})

test('what is not a setting is neither set nor unset', async () => {
  const refused: [line: string, status: number, message: RegExp][] = [
    ['tenants update acme --unset name', 2, /--unset takes sign_up, sign_up_email, /],
    ['tenants update acme --unset contact --contact a@b.example', 2, /--unset contact and a value for it cannot be combined/],
    ['tenants update acme --contact nobody', 1, /--contact is not a valid/],
    ['tenants update acme --client-id-hosts https://a.example', 1, /--client-id-hosts.* must be a host name, \*\.example\.com or \*/],
    [`tenants update acme --client-attesters '{"https://attester.example": {}}'`, 1, /must have jwks or trust_anchors/],
    [
      `tenants update acme --client-attesters '{"https://attester.example": {"trust_anchors": ["AAAA"]}}'`,
      1,
      /must be the certificate of an authority, DER in base64/,
    ],
    ['tenants update acme --sign-up perhaps', 1, /--sign-up must be true or false/],
    ['tenants update nowhere --sign-up', 1, /there is no tenant nowhere/],
  ]
  for (const [line, status, message] of refused) {
    const outcome = await gatehouse(line)
    assert.deepEqual([outcome.status, message.test(outcome.err)], [status, true], `${line}: ${outcome.err}`)
  }
})

test('the root tenant can be renamed by command and by file, and the file that is exported names it', async () => {
  assert.equal((await json("tenants update root --name 'Example Ltd'")).name, 'Example Ltd')
  assert.match((await gatehouse('export')).out, /^name: Example Ltd\n/)
  for (const text of ['name: By file\n', 'tenants: { root: { name: By section } }\n']) {
    const file = join(folder, 'declared.yaml')
    writeFileSync(file, text)
    assert.equal((await gatehouse(`apply ${file} --yes`)).status, 0)
    const root = (await json('tenants list')).find(({ slug }: { slug: string }) => slug === 'root')
    assert.equal(root.name, text.includes('section') ? 'By section' : 'By file')
  }
})

suite('a stored document', () => {
  const defaults = {
    sign_up: true,
    password_grant: true,
    open_registration: true,
    account_deletion: true,
    request_uri: false,
    client_id_hosts: [],
    front_channel_tokens: false,
    software_statement_issuers: {},
    software_statements: 'optional',
    federation: false,
    shared_signals: false,
    client_attesters: {},
    credentials_per_person: 1000,
    lifetimes: {},
  }

  test('is read with defaults, and without unknown members', () => {
    assert.deepEqual(tenantSettings({}), defaults)
    assert.deepEqual(tenantSettings({ unknown: 1, sign_up_email: undefined }), defaults)
    for (const email of signUpEmails) assert.equal(tenantSettings({ sign_up_email: email }).sign_up_email, email)
  })

  test('whose values cannot be read opens nothing', () => {
    const unreadable = Object.fromEntries(Object.keys(tenantSettingsSchema.shape).map((name) => [name, { from: 'the future' }]))
    assert.deepEqual(tenantSettings(unreadable), {
      sign_up: false,
      sign_up_email: 'private',
      password_grant: false,
      open_registration: false,
      second_factor: 'required',
      account_deletion: false,
      request_uri: false,
      client_id_hosts: [],
      front_channel_tokens: false,
      software_statement_issuers: {},
      software_statements: 'required',
      federation: false,
      shared_signals: false,
      client_attesters: {},
      credentials_per_person: 1,
      lifetimes: {},
    })
  })
})
