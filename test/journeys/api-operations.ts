/**
 * What programs rely on of each operation in the interface description: its id, who may call it, what it takes and answers, and its event in
 * the audit log. `node test/journeys/api-operations.ts` writes the list.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testApp } from '../app.ts'
import { jsonRoutes } from './json-routes.ts'

const path = join(import.meta.dirname, 'api-operations.txt')

/** With every operation that there can be. */
export const settings = { KEYS_ALGS: 'ES256', API_OPEN_TENANTS: 'false', FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true' }

export interface Description {
  openapi: string
  tags: readonly { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, object>; responses: Record<string, Answer> }
}

interface Answer {
  description?: string
  content?: Record<string, { schema: Schema }>
  $ref?: string
}

interface Operation {
  operationId: string
  summary?: string
  description?: string
  tags: readonly string[]
  security: readonly Record<string, readonly string[]>[]
  parameters?: readonly { name: string; in: string; required: boolean; description?: string; schema: Schema }[]
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, Answer>
}

interface Schema {
  [key: string]: unknown
  type?: string
  description?: string
  properties?: Record<string, Schema>
  required?: readonly string[]
  items?: Schema
  anyOf?: readonly Schema[]
  $ref?: string
}

/** As the list is stored. */
export function storedOperations(): string {
  return readFileSync(path, 'utf8')
}

export function operationsOf({ openapi, tags, paths, components }: Description, issuer: string): string {
  const { schemas, securitySchemes, responses } = components
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationText(`${method.toUpperCase()} ${path}`, operation)),
  )
  const parts = [
    `OpenAPI ${openapi}: ${tags.map(({ name }) => name).join(', ')}`,
    ...operations,
    ...Object.entries(schemas).map(([name, schema]) => [`[${name}]`, ...membersOf(schema)].join('\n')),
    ...Object.entries(responses).map(([name, answer]) => [`[response ${name}]`, ...contentOf(name, answer)].join('\n')),
    ...Object.entries(securitySchemes).map(([name, scheme]) => `[security ${name}]\n${JSON.stringify(scheme, withoutProse, 1)}`),
  ]
  return `${parts.join('\n\n').replaceAll(issuer, 'ISSUER')}\n`
}

function operationText(name: string, operation: Operation): string {
  const { operationId, summary, description, tags, security, parameters = [], requestBody, responses } = operation
  const route = jsonRoutes.find(({ method, path }) => name === `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  const plain = Object.entries(responses).filter(([, { $ref }]) => $ref !== undefined)
  return [
    `[${name}] ${operationId}${told(summary)}`,
    `in ${tags.join(', ')}; for ${security.map((one) => JSON.stringify(one)).join(' or ') || 'anyone'}`,
    ...(description ? [`names ${description.match(/`[^`]+`/g)?.join(' ') ?? 'nothing'}`] : []),
    ...(route?.act === undefined ? [] : [`audit ${route.act}`]),
    ...parameters.map((one) => `${one.in} ${one.name}${one.required ? '' : '?'}: ${typeOf(one.schema)}${told(one.description)}`),
    ...(requestBody ? contentOf(`body${requestBody.required ? '' : '?'}`, requestBody) : []),
    ...Object.entries(responses).flatMap(([status, answer]) => (answer.$ref === undefined ? contentOf(status, answer) : [])),
    ...[...new Set(plain.map(([, { $ref }]) => $ref))].map(
      (ref) => `${plain.flatMap(([status, { $ref }]) => ($ref === ref ? [status] : [])).join(' ')} ${nameOf(ref)}`,
    ),
  ].join('\n')
}

function contentOf(name: string, { content, description }: Answer): string[] {
  if (!content) return [`${name} nothing${told(description)}`]
  return Object.entries(content).flatMap(([type, { schema }]) => [`${name} ${type}${told(description)}`, ...membersOf(schema)])
}

/** A line for each member of an object; one line for anything else. */
function membersOf(schema: Schema): string[] {
  const { properties, required = [], type: _, description, ...rest } = schema
  if (!properties) return [`  ${typeOf(schema)}`]
  const lines = Object.entries(properties).map(([name, one]) => `  ${name}${required.includes(name) ? '' : '?'}: ${typeOf(one)}`)
  return [...lines, ...(Object.keys(rest).length > 0 ? [`  ${JSON.stringify(rest, withoutProse)}${told(description)}`] : [])]
}

function typeOf(schema: Schema): string {
  const { type, description, properties, required = [], items, anyOf, $ref, ...rest } = schema
  const members = Object.entries(properties ?? {}).map(([name, one]) => `${name}${required.includes(name) ? '' : '?'}: ${typeOf(one)}`)
  const parts = [
    ...($ref === undefined ? [] : [nameOf($ref)]),
    ...(anyOf ? [anyOf.map(typeOf).join(' | ')] : []),
    ...(items ? [`list of ${typeOf(items)}`] : type === undefined || properties ? [] : [type]),
    ...(properties ? [`{ ${members.join(', ')} }`] : []),
    ...(Object.keys(rest).length > 0 ? [JSON.stringify(rest, withoutProse)] : []),
  ]
  return `${parts.join(' ') || 'anything'}${told(description)}`
}

const nameOf = (ref: string | undefined) => ref?.split('/').at(-1)

/** That something is said, not what. */
const told = (text: string | undefined) => (text ? ' …' : '')

function withoutProse(key: string, value: unknown): unknown {
  return key === 'description' || key === 'examples' ? '…' : value
}

if (import.meta.main) {
  const { issuer, close } = await testApp('sqlite', settings)
  const document = (await (await fetch(`${issuer}/openapi.json`)).json()) as Description
  writeFileSync(path, operationsOf(document, issuer))
  await close()
}
