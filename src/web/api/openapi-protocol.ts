/** The endpoints of OAuth and OpenID Connect in the OpenAPI document: of what this server serves, in the words of the specifications. */
import type { Endpoint, Server } from '../../protocol/feature.ts'
import { clientOperations } from './client-operations.ts'
import { extensionOperations } from './extension-operations.ts'
import type { ProtocolOperation } from './protocol-operation.ts'

type Members = Record<string, unknown>

const protocolOperations = { ...clientOperations, ...extensionOperations }

/** Operations by path and method, for programs and, where the metadata names them, for browsers. */
export function describeProtocol({ endpoints, grantTypes }: Pick<Server, 'endpoints' | 'grantTypes'>): Record<string, Members> {
  const paths: Record<string, Members> = {}
  for (const endpoint of endpoints.values()) {
    if (endpoint.audience === 'person' && endpoint.advertisedAs === undefined) continue
    const described = endpoint.methods.flatMap((method) => {
      const words = protocolOperations[`${method} ${endpoint.path}`]
      return words ? [[method.toLowerCase(), operationOf(endpoint, method, words, [...grantTypes.keys()])] as const] : []
    })
    paths[endpoint.path.replace(/:(\w+)/g, '{$1}')] = Object.fromEntries(described)
  }
  return paths
}

/** The headings under which they stand, in their order. */
export function tagsOf(paths: Record<string, Members>): string[] {
  return Object.values(paths).flatMap((path) => Object.values(path).flatMap((operation) => (operation as { tags: string[] }).tags))
}

function operationOf(endpoint: Endpoint, method: string, words: ProtocolOperation, grantTypes: readonly string[]): Members {
  const { summary, spec, tag, form, query, json, answer, needs } = words
  const parameters = [...pathParameters(endpoint.path), ...(query ? queryParameters(query) : [])]
  const grant = (name: string): Members => (name === 'grant_type' ? { enum: grantTypes } : {})
  const body = form
    ? { 'application/x-www-form-urlencoded': { schema: formSchema(form, grant) } }
    : json && { 'application/json': { schema: { type: 'object', description: json } } }
  return {
    operationId: method.toLowerCase() + endpoint.path.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase()),
    summary,
    description: spec,
    tags: [tag],
    security: securityOf(endpoint, needs),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: body } } : {}),
    responses: {
      ...answerOf(answer),
      ...(endpoint.audience === 'person' ? {} : { default: { $ref: '#/components/responses/OAuthError' } }),
    },
  }
}

function securityOf({ clientAuth }: Endpoint, needs: ProtocolOperation['needs']): Members[] {
  if (needs !== undefined) return [{ [needs]: [] }]
  if (clientAuth === undefined) return []
  return clientAuth === 'any' ? [{ client: [] }, {}] : [{ client: [] }]
}

function pathParameters(path: string): Members[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

/** Names that end with `*` are required. */
const named = (name: string) => ({ name: name.replace(/\*$/, ''), required: name.endsWith('*') })

function queryParameters(fields: Readonly<Record<string, string>>): Members[] {
  return Object.entries(fields).map(([key, description]) => ({ ...named(key), in: 'query', description, schema: { type: 'string' } }))
}

function formSchema(fields: Readonly<Record<string, string>>, more: (name: string) => Members): Members {
  const all = Object.entries(fields).map(([key, description]) => ({ ...named(key), description }))
  return {
    type: 'object',
    properties: Object.fromEntries(all.map(({ name, description }) => [name, { type: 'string', description, ...more(name) }])),
    required: all.filter(({ required }) => required).map(({ name }) => name),
  }
}

function answerOf(answer: ProtocolOperation['answer']): Members {
  if (answer === 'nothing') return { '2XX': { description: 'Done' } }
  if (answer === 'browser') return { 200: { description: 'A page for the person' }, 303: { description: 'Back to the application, or on' } }
  if (typeof answer === 'string') return { 200: { description: 'Done', content: { [answer]: { schema: { type: 'string' } } } } }
  const schema = { type: 'object', properties: answer.properties, required: answer.required ?? [] }
  return { '2XX': { description: 'Done', content: { 'application/json': { schema } } } }
}

/** What operations of the protocol use besides those of the JSON APIs. */
export const protocolSecurity = {
  client: {
    type: 'http',
    scheme: 'basic',
    description: 'The client ID and the secret. Clients can authenticate in every other way that they are registered for, too.',
  },
  access_token: { type: 'http', scheme: 'bearer', description: 'An access token of the token endpoint. DPoP works as well (RFC 9449).' },
}
export const oauthError = {
  description: 'Refused',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: {
          error: { type: 'string', description: 'For the program' },
          error_description: { type: 'string', description: 'For the developer: how to mend it' },
        },
        required: ['error'],
      },
    },
  },
}
