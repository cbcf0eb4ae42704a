/** The OpenAPI document of the JSON APIs, computed from the routes — OpenAPI 3.1. */
import { z } from 'zod'
import { everyRight, isInstallationRight, type Permission, rights } from '../../identity/roles.ts'
import { codes } from '../../protocol/errors.ts'
import type { Server } from '../../protocol/feature.ts'
import { scopeOf } from './administration.ts'
import type { JsonRoute } from './json-route.ts'
import { describeProtocol, oauthError, protocolSecurity, tagsOf } from './openapi-protocol.ts'

/** What the document says of the tenant. */
export interface DescriptionContext {
  issuer: string
  isRoot: boolean
  server: Pick<Server, 'endpoints' | 'grantTypes'>
  version: string
}

type Members = Record<string, unknown>

/** What does not depend on the tenant is computed once, at the first request. */
export function interfaceDescription(routes: readonly JsonRoute[]): (context: DescriptionContext) => object {
  let known: ReturnType<typeof describe> | undefined
  return (context) => {
    known ??= describe(routes)
    const { schemas, described } = known
    const served = described.filter(
      ({ route: { permission } }) => context.isRoot || permission === 'anyone' || !isInstallationRight(permission),
    )
    const paths: Record<string, Members> = {}
    for (const { route, operation } of served) {
      const path = route.path.replace(/:(\w+)/g, '{$1}')
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation }
    }
    const protocol = describeProtocol(context.server)
    const tags = [...tagsOf(protocol), ...served.map(({ route }) => tagOf(route.path))]
    return {
      openapi: '3.1.0',
      info: {
        title: 'Gatehouse',
        version: context.version,
        description: introduction(context.issuer),
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: context.issuer }],
      tags: [...new Set(tags)].map((name) => ({ name })),
      paths: withProtocol(paths, protocol),
      components: {
        schemas,
        securitySchemes: { ...securitySchemes(context), ...protocolSecurity },
        responses: { Problem: problemResponse, OAuthError: oauthError },
      },
    }
  }
}

/** Where the body decides what an address does, the operation of the JSON API names the other one. */
function withProtocol(paths: Record<string, Members>, protocol: Record<string, Members>): Record<string, Members> {
  const all = { ...paths }
  for (const [path, operations] of Object.entries(protocol)) {
    const own = (paths[path] ?? {}) as Record<string, Members>
    const both = Object.entries(operations as Record<string, Members>)
      .filter(([method]) => own[method])
      .map(([method, { summary, description }]) => [
        method,
        { ...own[method], description: `With another body: ${summary}. ${description}` },
      ])
    all[path] = { ...operations, ...own, ...Object.fromEntries(both) }
  }
  return all
}

function describe(routes: readonly JsonRoute[]) {
  const schemas: Members = { Problem: problem }
  return { schemas, described: routes.map((route) => ({ route, operation: operationOf(route, schemas) })) }
}

const introduction = (issuer: string) => `The JSON APIs, and the endpoints of OAuth and OpenID Connect.

## Get a token

A person gets a token for the JSON APIs with \`POST /api/v1/auth/login\`. A machine is registered for the scopes that it needs, and gets
one at the token endpoint:

\`\`\`sh
gatehouse clients create --client-id robot \\
  --grant-types client_credentials --scope admin:users:read
curl ${issuer}/token -u robot:SECRET \\
  -d grant_type=client_credentials \\
  -d resource=${issuer}/api/v1/admin
\`\`\`

Send the \`access_token\` of the answer as \`Authorization: Bearer …\`.

## Errors and lists

Errors of the JSON APIs are problem documents (RFC 9457) that name the member and the rule. Unknown members are refused. Lists are
returned a page at a time; send \`next\` of a response as \`after\` to get the next page. Errors of OAuth have \`error\` and
\`error_description\`.`

function operationOf(route: JsonRoute, schemas: Members): Members {
  const { method, path, summary, permission, callers, body, status = 200 } = route
  const parameters = [...pathParameters(path), ...queryParameters(route)]
  return {
    operationId: operationIdOf(method, path),
    summary,
    ...(callers === 'anyone' ? {} : { description: neededFor(permission as Permission, callers) }),
    tags: [tagOf(path)],
    security: securityOf(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input', schemas) } } } } : {}),
    responses: { ...answerOf(route, status, schemas), ...refusals(route) },
  }
}

/** `GET /api/v1/admin/users/:id` → `getAdminUsersById`. */
function operationIdOf(method: string, path: string): string {
  const words = path.replace('/api/v1', '').split(/[/-]/).filter(Boolean)
  const parts = words.map((word) => (word.startsWith(':') ? `By${upper(word.slice(1))}` : upper(word)))
  return method.toLowerCase() + parts.join('')
}

function tagOf(path: string): string {
  const section = /^\/api\/v1\/admin\/([a-z-]+)/.exec(path)?.[1]
  if (section !== undefined) return upper(section.replaceAll('-', ' '))
  return path.startsWith('/api/v1/auth') ? 'Sign-in' : 'Sign-in with a session'
}

const upper = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

function neededFor(permission: Permission, callers: JsonRoute['callers']): string {
  if (!(permission in rights)) return 'For everyone who signed in at this API.'
  const { from } = rights[permission as keyof typeof rights]
  const scope =
    callers === 'administrators' ? ` Applications and machines need the scope \`${scopeOf(permission as keyof typeof rights)}\`.` : ''
  return `Needs the permission \`${permission}\`, which people have from the role \`${from}\` upwards.${scope}`
}

function securityOf({ callers, permission }: JsonRoute): Members[] {
  if (callers === 'anyone') return []
  if (callers === 'persons') return [{ bearer: [] }]
  return [{ bearer: [] }, { oauth2: [scopeOf(permission as keyof typeof rights)] }]
}

function pathParameters(path: string): Members[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

function queryParameters({ query }: JsonRoute): Members[] {
  if (!query) return []
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as Members
    return { name, in: 'query', required: required.includes(name), ...(description ? { description } : {}), schema: rest }
  })
}

function answerOf({ answer, lines }: JsonRoute, status: number, schemas: Members): Members {
  if (lines) {
    const description = 'JSON Lines: each line is such an object'
    return { 200: { description, content: { 'application/jsonl': { schema: schemaOf(lines, 'output', schemas) } } } }
  }
  if (!answer) return { 204: { description: 'Done' } }
  return { [status]: { description: 'Done', content: { 'application/json': { schema: schemaOf(answer, 'output', schemas) } } } }
}

function refusals({ callers, body, query, path }: JsonRoute): Members {
  const statuses = [
    '400',
    ...(callers === 'anyone' ? [] : ['401', '403']),
    ...(path.includes(':') ? ['404'] : []),
    ...(body || query ? ['422'] : []),
    'default',
  ]
  return Object.fromEntries(statuses.map((status) => [status, { $ref: '#/components/responses/Problem' }]))
}

/** Schemas with an id become components. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Members): Members {
  const {
    $schema: _,
    $defs = {},
    ...rest
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: withoutTimePattern }) as Members & { $defs?: Members }
  // Only the schema of any JSON value has no id and refers to itself.
  const named = (text: string) => text.replace(/__schema\d+/g, 'Json')
  const moved = (part: unknown) => JSON.parse(named(JSON.stringify(part)).replaceAll('"#/$defs/', '"#/components/schemas/'))
  for (const [name, part] of Object.entries($defs)) schemas[named(name)] = withoutId(moved(part))
  const id = rest['id']
  if (typeof id !== 'string') return moved(rest)
  schemas[id] = withoutId(moved(rest))
  return { $ref: `#/components/schemas/${id}` }
}

/** The format says the same in two words. */
function withoutTimePattern({ jsonSchema }: { jsonSchema: Members }): void {
  if (jsonSchema['format'] === 'date-time') delete jsonSchema['pattern']
}

function withoutId({ id: _, ...schema }: Members): Members {
  return schema
}

const problem = {
  type: 'object',
  description: 'A problem document — RFC 9457',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'For the developer' },
    code: { enum: Object.keys(codes), description: 'For the program' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { field: { type: 'string' }, rule: { type: 'string' } }, required: ['field', 'rule'] },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code'],
}
const problemResponse = {
  description: 'Refused',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

function securitySchemes({ issuer, server: { grantTypes } }: DescriptionContext): Members {
  const scopes = Object.fromEntries(everyRight.map((right) => [scopeOf(right), rights[right].words]))
  const flows = {
    ...(grantTypes.has('client_credentials') ? { clientCredentials: { tokenUrl: `${issuer}/token`, scopes } } : {}),
    ...(grantTypes.has('authorization_code')
      ? { authorizationCode: { authorizationUrl: `${issuer}/authorize`, tokenUrl: `${issuer}/token`, scopes } }
      : {}),
  }
  return {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'The access token of `POST /api/v1/auth/login`: the role of the person decides.',
    },
    oauth2: {
      type: 'oauth2',
      description: `An access token for the resource \`${issuer}/api/v1/admin\` (RFC 8707), with the scopes it carries.`,
      flows,
    },
  }
}
