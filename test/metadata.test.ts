/** The metadata document is true: with each feature switched off in turn, what is advertised answers, and nothing else does. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { loadConfig } from '../src/config/load.ts'
import { variableOf } from '../src/config/settings.ts'
import { readFile } from '../src/platform.ts'
import { assemble, metadata } from '../src/protocol/assemble.ts'
import { clientSchema } from '../src/protocol/client.ts'
import type { Endpoint } from '../src/protocol/feature.ts'
import { catalogue, enabled } from '../src/protocol/features/index.ts'
import { replaceMembers } from '../src/protocol/replace-members.ts'
import type { Tenant } from '../src/tenant.ts'
import { signUpSteps } from '../src/web/sign-in/sign-up.ts'
import { steps } from '../src/web/sign-in/steps.ts'
import { type TestApp, testApp } from './app.ts'
import { authority, pem } from './certificates.ts'
import { type Answer, basic, call, callback, challenge, encode, type Fields } from './journeys/application.ts'

type Document = Readonly<Record<string, unknown>>

/** The closed ones too, as development mode has them. */
const all = Object.fromEntries(Object.keys(catalogue).map((name) => [name, true]))
const everything = assemble(enabled(all))
/** Steps of a person, which are there wherever people sign in. */
const pages = [...steps, ...signUpSteps]
const bank = await authority('CN=Bank')
const certificate = await bank.issue()
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
const caFile = join(folder, 'ca.pem')
writeFileSync(caFile, pem(bank))
after(() => rmSync(folder, { recursive: true }))

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const

for (const off of [undefined, ...Object.keys(catalogue)]) {
  const without = off === undefined ? [] : withDependents(off)
  suite(without.length === 0 ? 'with everything' : `without ${without.join(', ')}`, () => {
    let gatehouse: TestApp
    let document: Document
    const listed = (name: string) => (document[name] ?? []) as readonly string[]
    before(async () => {
      gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256', ...closed(without), ...switches(without) })
      await gatehouse.app.tenants.set('', { federation: true, shared_signals: true })
      document = metadata(((await gatehouse.app.tenant('')) as Tenant).ctx)
      await addClients(gatehouse)
    })
    after(() => gatehouse.close())

    test('one document, at both well-known places or at none', async () => {
      for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
        const { status, body } = await call(gatehouse.issuer + path, {})
        if (without.includes('discovery')) assert.equal(status, 404)
        else assert.deepEqual(body, JSON.parse(JSON.stringify(document)))
      }
      for (const [name, value] of Object.entries(document)) assert.ok(!Array.isArray(value) || value.length > 0, `${name} is empty`) // RFC 8414 §3.2
    })

    test('every advertised address answers, and nothing that is switched off does', async () => {
      const advertised = Object.entries(document).filter(([name]) => /_(?:endpoint|uri|iframe)$/.test(name))
      const endpoints = [...gatehouse.app.server.endpoints.values()]
      assert.deepEqual(
        advertised,
        endpoints.flatMap((e) => (e.advertisedAs ? [[e.advertisedAs, gatehouse.issuer + e.path.replace('/:id', '')]] : [])),
      )
      const served = [...endpoints, ...(gatehouse.app.server.grantTypes.has('authorization_code') ? pages : [])]
      for (const { path } of [...everything.endpoints.values(), ...pages]) {
        const methods = served.find((e) => e.path === path)?.methods
        await checkAddress(gatehouse, path, path === '/register' ? ['POST'] : methods) // people sign up there, too
      }
    })

    test('the grant types listed are the ones that are taken', async () => {
      if (!('token_endpoint' in document)) return
      for (const name of [...everything.grantTypes.keys(), 'password', 'implicit']) {
        const { body } = await post(gatehouse, '/token', { grant_type: name })
        assert.equal(body.error !== 'unsupported_grant_type', listed('grant_types_supported').includes(name), name)
      }
    })

    test('the client authentication methods listed are the ones that are taken', async () => {
      for (const { path, clientAuth, advertisedAs } of gatehouse.app.server.endpoints.values()) {
        if (!clientAuth) continue
        for (const method of everything.clientAuth.keys()) {
          const { body } = await asClient(gatehouse, method, path, { grant_type: listed('grant_types_supported')[0], token: 'unknown' })
          assert.equal(
            body.error !== 'invalid_client',
            listed(`${advertisedAs}_auth_methods_supported`).includes(method),
            `${method} at ${path}`,
          )
        }
      }
    })

    test('the authorization endpoint takes what is listed for it', async () => {
      if (!('authorization_endpoint' in document)) return assert.deepEqual(listed('response_modes_supported'), [])
      const accepted = async (fields: Fields) => (await ask(gatehouse, fields)).includes('login_required')
      const candidates: [parameter: string, list: string, values: readonly string[]][] = [
        ['response_mode', 'response_modes_supported', [...everything.responseModes.keys(), 'pigeon']],
        ['response_type', 'response_types_supported', ['code', 'token', 'id_token', 'code id_token', 'none']],
        ['display', 'display_values_supported', ['page', 'popup', 'touch', 'wap', 'hologram']],
      ]
      for (const [parameter, list, values] of candidates) {
        if (!(list in document)) continue
        for (const value of values)
          assert.equal(await accepted({ [parameter]: value }), listed(list).includes(value), `${parameter}=${value}`)
      }
      for (const value of ['none', 'login', 'consent', 'select_account', 'create']) {
        const refused = (await ask(gatehouse, { prompt: value })).includes('invalid_request')
        assert.equal(!refused, listed('prompt_values_supported').includes(value), `prompt=${value}`)
      }
      const method = async (value: string) => (await ask(gatehouse, { code_challenge_method: value })).includes('login_required')
      if ('code_challenge_methods_supported' in document) {
        for (const value of ['S256', 'plain'])
          assert.equal(await method(value), listed('code_challenge_methods_supported').includes(value), value)
      } else assert.ok(await method('nonsense'), 'nobody reads what is not offered')
    })

    test('what is said to be so is so', async () => {
      if (!('authorization_endpoint' in document)) return
      const told = new URL((await ask(gatehouse)).split('\n')[0]!)
      assert.equal(told.searchParams.get('iss'), document['authorization_response_iss_parameter_supported'] ? gatehouse.issuer : null)
      const twice = await ask(gatehouse, { resource: ['https://a.example', 'https://b.example'] })
      assert.equal(twice.includes('invalid_request'), without.includes('resourceIndicators'))
    })
  })
}

suite('the catalogue', () => {
  test('has every feature under its own id, with its specification', () => {
    for (const feature of enabled(Object.fromEntries(Object.keys(catalogue).map((name) => [name, true])))) {
      assert.match(
        feature.spec,
        /^(?:RFC \d{4}|OpenID (?:Connect|Federation|Shared Signals Framework|for Verifiable Credential Issuance) |OAuth 2\.0 |Gatehouse |JWT Secured |draft-ietf-)/,
        feature.id,
      )
      assert.ok(feature.id in catalogue && !enabled({ [feature.id]: false }).some(({ id }) => id === feature.id), feature.id)
    }
  })

  test('may be assembled in any order', async () => {
    const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256', ...closed([]) })
    try {
      const { ctx } = gatehouse.root
      const backward = assemble(enabled(all).reverse())
      const sorted = (document: Document) =>
        Object.fromEntries(Object.entries(document).map(([name, value]) => [name, Array.isArray(value) ? value.toSorted() : value]))
      assert.deepEqual(sorted(metadata(replaceMembers(ctx, { server: backward }))), sorted(metadata(ctx)))
      for (const table of ['endpoints', 'grantTypes', 'clientAuth', 'responseTypes', 'responseModes', 'mayRepeat'] as const) {
        assert.deepEqual([...backward[table].keys()].toSorted(), [...ctx.server[table].keys()].toSorted(), table)
      }
      assert.ok(enabled(all).filter((f) => f.resolveResources).length <= 1, 'two features would determine the target of a token')
    } finally {
      await gatehouse.close()
    }
  })

  test('refuses to start without a feature that another needs, and says so in one sentence', () => {
    for (const { id: off } of enabled(all)) {
      const needy = enabled(all).filter((f) => f.requires?.includes(off))
      const env = Object.fromEntries(
        Object.entries({ FEATURES_PASSWORD_GRANT: 'true', ...closed([off]), ...switches([off]) }).map(([name, value]) => [
          `GATEHOUSE_${name}`,
          value,
        ]),
      )
      const loaded = loadConfig({ mode: 'dev', env, readFile })
      const problems = 'problems' in loaded ? loaded.problems : []
      assert.deepEqual(
        problems.map((p) => p.split(' — ')[0]).toSorted(),
        needy.map((f) => `features.${f.id} needs features.${off}, which is off`).toSorted(),
      )
      if (needy.length > 0) assert.throws(() => assemble(enabled({ ...all, [off]: false })), { message: /^feature \w+ requires \w+$/ })
    }
  })
})

/** The feature, and whatever cannot be without it. */
function withDependents(off: string): string[] {
  const gone = new Set([off])
  for (let size = 0; size < gone.size; ) {
    size = gone.size
    for (const { id, requires = [] } of enabled(all)) if (requires.some((other) => gone.has(other))) gone.add(id)
  }
  return [...gone]
}

/** Features that are off unless they are switched on, and the settings that they need: certificates come from a proxy. */
function closed(without: readonly string[]): Record<string, string> {
  const drafts = {
    ...{ FEATURES_IDENTITY_ASSERTION_DRAFT04: 'true', FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true' },
    FEATURES_NATIVE_SSO_DRAFT07: 'true',
    FEATURES_SESSION_MANAGEMENT: 'true',
  }
  if (without.includes('mutualTls')) return { FEATURES_TLS_CLIENT_AUTH: 'true', ...drafts }
  const authorities = { MTLS_PROXY: 'rfc9440', MTLS_CA_FILE: caFile, TRUSTED_PROXIES: '127.0.0.1,::1' }
  return { FEATURES_MUTUAL_TLS: 'true', FEATURES_TLS_CLIENT_AUTH: 'true', ...authorities, ...drafts }
}

function switches(without: readonly string[]): Record<string, string> {
  return Object.fromEntries(without.map((id) => [variableOf(`features.${id}`).replace('GATEHOUSE_', ''), 'false']))
}

/** One client for each method, registered whether or not the method is offered now. */
async function addClients({ app, root, now }: TestApp): Promise<void> {
  await app.tenants.set('', { client_attesters: { attester: { jwks: { keys: [await exportJWK(key.publicKey)] } } } } as never)
  for (const method of everything.clientAuth.keys()) {
    const client = clientSchema.parse({
      client_id: method,
      redirect_uris: [callback],
      token_endpoint_auth_method: method,
      grant_types: ['authorization_code'],
      response_types: ['code', 'none'],
      scope: 'openid',
      ...(method === 'private_key_jwt' ? { jwks: { keys: [await exportJWK(key.publicKey)] } } : {}),
      ...(method === 'self_signed_tls_client_auth' ? { jwks: { keys: [certificate.jwk] } } : {}),
      ...(method === 'tls_client_auth' ? { tls_client_auth_subject_dn: 'CN=client' } : {}),
    })
    const secret = { id: root.ctx.id(), createdAt: now() }
    const signing = root.tokens.newSecret(true)
    if (method === 'client_secret_jwt') signingSecrets.set(root, signing.text)
    const hash = method === 'client_secret_jwt' ? signing.stored : root.tokens.hashSecret('secret')
    await root.store.clientsAdmin.add(client, [{ ...secret, hash }])
  }
}

/** Of the client that signs with its secret, which is always generated. */
const signingSecrets = new WeakMap<TestApp['root'], string>()

async function asClient(gatehouse: TestApp, method: string, path: string, fields: Fields): Promise<Answer> {
  if (method === 'private_key_jwt')
    return post(gatehouse, path, { ...fields, ...(await assertion(gatehouse, method, 'ES256', key.privateKey)) })
  if (method === 'client_secret_jwt') {
    const secret = Buffer.from(signingSecrets.get(gatehouse.root) as string)
    return post(gatehouse, path, { ...fields, ...(await assertion(gatehouse, method, 'HS256', secret)) })
  }
  if (method === 'client_secret_basic') return post(gatehouse, path, fields, { authorization: basic(method, 'secret') })
  if (method === 'attest_jwt_client_auth') return post(gatehouse, path, fields, await attestation(gatehouse))
  if (method.endsWith('tls_client_auth'))
    return post(gatehouse, path, { ...fields, client_id: method }, { 'client-cert': `:${certificate.der.toString('base64')}:` })
  return post(gatehouse, path, { ...fields, client_id: method, ...(method === 'none' ? {} : { client_secret: 'secret' }) })
}

const key = await generateKeyPair('ES256', { extractable: true })

async function assertion({ issuer, now }: TestApp, client: string, alg: string, by: CryptoKey | Uint8Array): Promise<Fields> {
  const claims = { iss: client, sub: client, aud: issuer, exp: now() + 60, jti: String(Math.random()) }
  const client_assertion = await new SignJWT(claims).setProtectedHeader({ alg }).sign(by)
  return { client_assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }
}

/** The attester is its own instance. */
async function attestation({ issuer, now, root }: TestApp): Promise<Record<string, string>> {
  const signed = (typ: string, claims: object) =>
    new SignJWT({ ...claims, iat: now() }).setProtectedHeader({ alg: 'ES256', typ }).sign(key.privateKey)
  const claims = { iss: 'attester', sub: 'attest_jwt_client_auth', exp: now() + 60, cnf: { jwk: await exportJWK(key.publicKey) } }
  const proof = { aud: issuer, jti: String(Math.random()), challenge: root.ctx.tokens.nonce('client-attestation', now()) }
  return {
    'oauth-client-attestation': await signed('oauth-client-attestation+jwt', claims),
    'oauth-client-attestation-pop': await signed('oauth-client-attestation-pop+jwt', proof),
  }
}

function post(gatehouse: TestApp, path: string, fields: Fields, headers: Record<string, string> = {}): Promise<Answer> {
  return call(gatehouse.issuer + path, { body: encode(fields), headers })
}

/** Where an authorization request of a browser without session leads, and what is on the page there. */
async function ask(gatehouse: TestApp, fields: Fields = {}): Promise<string> {
  const usual = {
    client_id: 'none',
    response_type: 'code',
    redirect_uri: callback,
    prompt: 'none',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
  const response = await fetch(`${gatehouse.issuer}/authorize?${encode({ ...usual, ...fields })}`, { redirect: 'manual' })
  const page = await response.text()
  const location = response.headers.get('location') ?? ''
  const [, payload = ''] = /response(?:=|" value=")[\w-]+\.([\w-]+)\./.exec(`${location}\n${page}`) ?? []
  return `${location}\n${page}\n${Buffer.from(payload, 'base64url')}`
}

async function checkAddress(gatehouse: TestApp, path: string, served: Endpoint['methods'] | undefined): Promise<void> {
  for (const method of methods) {
    const response = await fetch(gatehouse.issuer + path, { method, redirect: 'manual' })
    const { status, headers } = response
    const nothing = status === 404 && (await response.text()).includes('there is nothing at this URL')
    const answers = (served as readonly string[] | undefined)?.includes(method)
    if (!served) assert.equal(status, 404, `${method} ${path}`)
    else if (answers) assert.ok(!nothing && status !== 405, `${method} ${path}: ${status}`)
    else assert.deepEqual([status, headers.get('allow')], [405, served.join(', ')], `${method} ${path}`)
  }
}
