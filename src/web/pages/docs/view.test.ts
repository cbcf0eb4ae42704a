/** What the page about the API says of an OpenAPI document, as text. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Html } from '../html.ts'
import { prose } from './prose.ts'
import { memberOf, type Schema } from './schema.ts'
import { type Description, docsView } from './view.ts'

const textOf = ({ text }: Html) =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

const named: Schema = { type: 'object', properties: { id: { type: 'string' } } }
const members: [name: string, schema: Schema, text: string][] = [
  ['a type', { type: 'string' }, 'x string required'],
  ['types', { type: ['string', 'null'] }, 'x string or null required'],
  ['any value', {}, 'x any value required'],
  ['a format', { type: 'string', format: 'uri', description: 'Where `it` is.' }, 'x string (uri) required Where it is.'],
  ['a constant', { const: 'bearer' }, 'x bearer required'],
  ['values', { enum: ['a', 1, null] }, 'x a or 1 or null required'],
  ['choices, each once', { anyOf: [{ type: 'string' }, { type: 'string' }, { type: 'null' }] }, 'x string or null required'],
  ['a list', { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 5 }, 'x list of string required 1 to 5 elements'],
  ['an object', named, 'x object required id string'],
  ['an object without members', { type: 'object', properties: {} }, 'x object required'],
  ['a map', { additionalProperties: { type: 'number' } }, 'x object of number required'],
  ['any map', { type: 'object', additionalProperties: true }, 'x object required'],
  ['a named schema', { $ref: '#/components/schemas/Client' }, 'x Client required'],
  ['objects of a list', { items: named }, 'x list of object required id string'],
  ['objects of a map', { additionalProperties: named }, 'x object of object required id string'],
  ['one of several', { anyOf: [{ type: 'null' }, named] }, 'x null or object required id string'],
  ['all of several', { allOf: [{ items: named }] }, 'x list of object required id string'],
  ['what its members need', { ...named, required: ['id'] }, 'x object required id string required'],
  ['bounds of a number', { type: 'integer', minimum: 0, maximum: 9, default: 3 }, 'x integer required 0 to 9 · Default 3'],
  ['a lower bound', { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, 'x integer required At least 1'],
  ['an upper bound', { type: 'string', maxLength: 255, default: '' }, 'x string required At most 255 characters · Default'],
  ['a shortest length', { type: 'string', minLength: 8 }, 'x string required At least 8 characters'],
  ['no bounds', { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, 'x any value required'],
]
for (const [name, schema, text] of members)
  test(`a member: ${name}`, () => {
    assert.equal(textOf(memberOf('x', schema, true)), text)
    assert.equal(textOf(memberOf('x', schema, false)), text.replace(' required', ''))
  })

test('the page shows each operation below its tag, who may call it, what it takes and what it answers', () => {
  const json = (schema: Schema) => ({ content: { 'application/json': { schema } } })
  const description: Description = {
    info: { title: 'Acme', version: '1.2.3', description: 'Read `this`.\n\n## First\n\n```sh\ncurl x\n```' },
    tags: [{ name: 'Sign In' }, { name: 'Other' }],
    paths: {
      '/login': {
        post: {
          ...{ operationId: 'login', summary: 'Signs in', description: 'With `code`.', tags: ['Sign In'], security: [] },
          requestBody: json(named),
          responses: {
            200: json({ type: 'string' }),
            400: { $ref: '#/r/Refused' },
            default: { $ref: '#/r/Refused' },
            404: { $ref: '#/r/None' },
          },
        },
      },
      '/me': {
        get: {
          ...{ operationId: 'me', summary: 'Who it is', tags: ['Other'] },
          security: [{ token: ['read', 'write'] }, { key: [] }, { unknown: [] }, {}],
          parameters: [
            { name: 'q', in: 'query', description: 'What.', schema: { type: 'string' } },
            { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          ],
          responses: { 204: { description: 'Done.' } },
        },
      },
    },
    components: {
      schemas: { Client: { description: 'A `client`.', ...named }, Name: { type: 'string' } },
      securitySchemes: { token: { description: 'A token.' }, key: { description: 'A key.' } },
      responses: { Refused: { description: 'Refused.', ...json({ $ref: '#/s/Client' }) } },
    },
  }
  const { body } = docsView(description, '/t/acme')
  const said = [
    'Sign In Other Schemas Acme API Version 1.2.3 · OpenAPI document Read this . First curl x',
    'Sign In POST /login Signs in With code . Access Open to everyone. Body application/json: object id string',
    'Responses 200 application/json: string 400 , others Refused. application/json: Client 404',
    'Other GET /me Who it is Access A token. Scopes: read write A key. unknown Or without credentials.',
    'Parameters q string What. id string required Responses 204 Done.',
    'Schemas Client A client . id string Name string',
  ]
  assert.equal(textOf(body), said.join(' '))
  const { text } = body
  const linked = Array.from(text.matchAll(/href="#([^"]+)"/g), ([, id]) => id)
  assert.deepEqual(
    linked.filter((id) => !text.includes(` id="${id}"`)),
    [],
  )
  assert.ok(text.includes('href="/t/acme/openapi.json"') && text.includes(' id="login"') && text.includes('class="method post"'))
})

test('prose: paragraphs, headings, blocks of code, and code in a line', () => {
  assert.equal(prose('## A\n\nb `c` d').text, '<h2>A</h2>\n<p>b <code>c</code> d</p>\n')
  assert.equal(prose('```\n<x>\n```').text, '<pre><code>&lt;x&gt;</code></pre>\n')
  assert.equal(prose('x\n```\ny\n```').text.startsWith('<p>'), true, 'code is a block of its own')
})
