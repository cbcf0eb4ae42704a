/** Which bodies are read, and how much of them. */
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { mediaTypeOf, readBody } from './http-request.ts'

const form = 'application/x-www-form-urlencoded'

const bodies: [name: string, headers: Record<string, string>, chunks: string[] | Error, read: object][] = [
  ['nothing is sent', {}, [], {}],
  ['nothing is sent, and said so', { 'content-length': '0' }, [], {}],
  ['a body has no type', { 'content-length': '3' }, ['a=b'], { error: 'unsupported media type' }],
  ['a body in chunks has no type', { 'transfer-encoding': 'chunked' }, ['a=b'], { error: 'unsupported media type' }],
  ['the type is none that is read', { 'content-type': 'text/plain', 'content-length': '0' }, [], { error: 'unsupported media type' }],
  ['a form is empty', { 'content-type': form, 'content-length': '0' }, [], { text: '' }],
  ['a form comes at once', { 'content-type': form, 'content-length': '3' }, ['a=b'], { text: 'a=b' }],
  ['a form comes in parts', { 'content-type': `${form.toUpperCase()} ;charset=utf-8` }, ['a=', 'é'], { text: 'a=é' }],
  ['a form is just long enough', { 'content-type': form, 'content-length': '8' }, ['12345678'], { text: '12345678' }],
  ['a form is said to be too long', { 'content-type': form, 'content-length': '9' }, [], { error: 'too large' }],
  ['a form is too long', { 'content-type': form }, ['1234', '56789', 'x'], { error: 'too large' }],
  ['a form breaks off', { 'content-type': form }, new Error('reset'), { error: 'incomplete' }],
]
for (const [name, headers, chunks, read] of bodies)
  test(`a body where ${name}`, async () => {
    const raw = chunks instanceof Error ? new Readable({ read() {} }) : Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
    const reading = readBody({ headers, mediaType: mediaTypeOf(headers), raw: raw as IncomingMessage }, 8)
    if (chunks instanceof Error) raw.destroy(chunks)
    assert.deepEqual(await reading, read)
  })
