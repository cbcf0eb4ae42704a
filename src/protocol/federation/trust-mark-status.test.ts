/** What the issuer of a trust mark is asked, and how long its answer may be and take — OpenID Federation 1.0 §8.4. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signer } from '../../../test/federation.ts'
import type { Ctx } from '../feature.ts'
import type { RemoteAnswer, RemoteRequest } from '../remote.ts'
import type { EntityStatement } from './entity-statement.ts'
import { isActiveAtIssuer } from './trust-mark-status.ts'

const url = 'https://issuer.example/status'
const jwt = 'a.trust+mark'
const keys = signer()
const typ = 'trust-mark-status-response+jwt'
const claims = { iss: 'https://issuer.example', trust_mark: jwt, status: 'active' }

/** What is found of an issuer that answers so, and what it was asked. */
async function ask(answer: () => Promise<RemoteAnswer>, metadata: EntityStatement['metadata']) {
  const asked: RemoteRequest[] = []
  const request = (one: RemoteRequest) => {
    asked.push(one)
    return answer()
  }
  const configuration = { sub: claims.iss, metadata } as EntityStatement
  return { active: await isActiveAtIssuer({ remote: { request } } as Ctx, jwt, { configuration, keys: [keys.jwk] }), asked }
}
const withEndpoint = { federation_entity: { federation_trust_mark_status_endpoint: url } }
const saying = (body: string, status = 200) => Promise.resolve({ status, headers: {}, body })

test('it is asked once, for at most 3 seconds and 32768 characters', async () => {
  const { active, asked } = await ask(() => saying(keys.sign(typ, claims)), withEndpoint)
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: `application/${typ}` }
  const request = { url, method: 'POST', headers, body: 'trust_mark=a.trust%2Bmark', maxBytes: 32_768, timeout: 3 }
  assert.deepEqual([active, asked], [true, [request]])
})

test('one without such an endpoint is not asked, and its marks are active', async () => {
  for (const metadata of [{}, { federation_entity: {} }])
    assert.deepEqual(await ask(() => saying(''), metadata), { active: true, asked: [] })
})

const rows: [what: string, answer: () => Promise<RemoteAnswer>, active: boolean][] = [
  ['space around the answer', () => saying(`\n${keys.sign(typ, claims)}\n`), true],
  ['another status code', () => saying(keys.sign(typ, claims), 201), false],
  ['no answer', () => Promise.reject(new Error('reset')), false],
  ['no JWT', () => saying('x'), false],
  ['another type', () => saying(keys.sign('jwt', claims)), false],
  ['another key', () => saying(signer().sign(typ, claims)), false],
  ['no object', () => saying(keys.sign(typ, [] as unknown as Record<string, unknown>)), false],
  ...Object.keys(claims).map((name): (typeof rows)[number] => [
    `another ${name}`,
    () => saying(keys.sign(typ, { ...claims, [name]: 'another' })),
    false,
  ]),
]
for (const [what, answer, active] of rows)
  test(`answered: ${what}`, async () => assert.equal((await ask(answer, withEndpoint)).active, active))
