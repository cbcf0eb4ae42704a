/** Client credentials in the Authorization header — RFC 7617, RFC 6749 §2.3.1. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBasic } from './basic.ts'
import { OAuthError } from './errors.ts'

const read = (authorization: string | string[] | undefined) => readBasic({ headers: { authorization } as Record<string, string> })
const basic = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`

test('id and secret are read in both spellings of the secret', () => {
  const rows: [header: string, id: string, secrets: string[]][] = [
    [basic('app:secret'), 'app', ['secret']],
    [basic('app:se:cret'), 'app', ['se:cret']],
    [basic('app:'), 'app', ['']],
    [basic(':secret'), '', ['secret']],
    [basic('a%3Ab+c:a+b'), 'a:b c', ['a b', 'a+b']],
    [basic('app:100%'), 'app', ['100%']],
    [basic('app:a%00b'), 'app', ['a%00b']],
    [basic('äpp:ü'), 'äpp', ['ü']],
    [`bAsIc   ${Buffer.from('app:secret').toString('base64')} `, 'app', ['secret']],
  ]
  for (const [header, id, secrets] of rows) assert.deepEqual(read(header), { id, secrets }, header)
})

test('another scheme has no such credentials', () => {
  for (const header of [undefined, '', 'Basic', 'Bearer x', 'Basically x', [basic('a:b')]])
    assert.equal(read(header), undefined, String(header))
})

test('what is malformed is refused', () => {
  const form = 'the Authorization header is not Basic base64(client_id:client_secret)'
  const rows: [header: string, description: string][] = [
    ['Basic ', form],
    [basic('app'), form],
    [`${basic('app:secret')}!`, form],
    [basic('app:secret2').replace('=', ''), form],
    [basic(Buffer.from([0x61, 0x3a, 0xff])), form],
    [basic('100%:secret'), 'the Basic credentials are not form-encoded; write % as %25'],
    [basic('a%00:secret'), 'the Basic credentials are not form-encoded; write % as %25'],
  ]
  for (const [header, description] of rows)
    assert.throws(
      () => read(header),
      (error: unknown) => error instanceof OAuthError && error.code === 'invalid_request' && error.description === description,
      header,
    )
})
