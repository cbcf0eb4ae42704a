/** A route of a JSON API as a value: schemas, permission, handler. Bodies are checked and permissions enforced only here. */
import { ZodError, type z } from 'zod'
import { isInstallationRight, type Permission, type Right } from '../../identity/roles.ts'
import type { Actor, AuditEvent, AuditEventType } from '../../protocol/audit-events.ts'
import { firstPartyId } from '../../protocol/client.ts'
import { OAuthError, withAuditEvent } from '../../protocol/errors.ts'
import type { Method } from '../../protocol/feature.ts'
import type { Reply, Request, RequestBody } from '../../protocol/request-reply.ts'
import { isCleanText } from '../../protocol/text.ts'
import type { Route, WebTenant } from '../http/route.ts'
import { type Caller, type CallingPerson, callingAdministrator, callingPerson, requirePermission } from './caller.ts'
import { readJsonBody } from './json-body.ts'
import { type Fault, fieldOf, problem } from './problem.ts'

/** The `:names` of a path. */
type Names<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Names<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

export interface JsonRequest<Body, Query, Path extends string = string> {
  tenant: WebTenant
  request: Request
  body: Body
  query: Query
  /** Values of the `:names` in the path. */
  path: Readonly<Record<Names<Path>, string>>
}

interface Form<Body extends z.ZodType, Query extends z.ZodType, Answer extends z.ZodType, Path extends string = string> {
  method: Method
  /** Below the issuer, with `:names`. */
  path: Path
  summary: string
  body?: Body
  query?: Query
  /** Schema of the response; absent: 204 and no body. Members it does not name are dropped. */
  answer?: Answer
  /** In place of `answer`: the schema of each line of a JSON Lines response. */
  lines?: z.ZodType
  /** 200 when absent. */
  status?: number
  /** Schema of a 202 response, where something is still to be done elsewhere. */
  accepted?: z.ZodType
  /** Its audit event; absent when it changes nothing. The target is the `:id` of the path, unless the handler returns one. */
  act?: AuditEventType
}
type JsonAnswer<Answer extends z.ZodType> = Promise<{
  answer?: z.input<Answer>
  lines?: readonly unknown[]
  /** In place of the answer. */
  accepted?: object
  headers?: Readonly<Record<string, string | string[]>>
  /** For the audit log: the actor, unless the token says so, and the target. */
  by?: Actor
  target?: string
  detail?: AuditEvent['detail']
}>

/** A route as the listener and the OpenAPI document use it. */
export interface JsonRoute extends Form<z.ZodType, z.ZodType, z.ZodType> {
  permission: Permission | 'anyone'
  /** Whose tokens it accepts: those of people who signed in at this API, or of all administrators. */
  callers: 'anyone' | 'persons' | 'administrators'
  handle(tenant: WebTenant, request: Request, sent: RequestBody): Promise<Reply>
}

/** A route for anyone. */
export function openRoute<Body extends z.ZodType, Query extends z.ZodType, Answer extends z.ZodType>(
  form: Form<Body, Query, Answer>,
  work: (ask: JsonRequest<z.output<Body>, z.output<Query>>) => JsonAnswer<Answer>,
): JsonRoute {
  return {
    ...form,
    permission: 'anyone',
    callers: 'anyone',
    handle: (tenant, request, sent) => audited(form, sent, {}, async () => work(read(form, tenant, request, sent))),
  }
}

/** A route for people who signed in at this API and have the permission. */
export function guardedRoute<Body extends z.ZodType, Query extends z.ZodType, Answer extends z.ZodType, Path extends string>(
  permission: Permission,
  form: Form<Body, Query, Answer, Path>,
  work: (ask: JsonRequest<z.output<Body>, z.output<Query>, Path>, by: CallingPerson) => JsonAnswer<Answer>,
): JsonRoute {
  return { ...form, permission, callers: 'persons', handle: guarded(permission, form, callingPerson, work) }
}

/** A route of the administration API, for people, applications and machines with the permission. */
export function adminRoute<Body extends z.ZodType, Query extends z.ZodType, Answer extends z.ZodType, Path extends string>(
  permission: Right,
  form: Form<Body, Query, Answer, Path>,
  work: (ask: JsonRequest<z.output<Body>, z.output<Query>, Path>, by: Caller) => JsonAnswer<Answer>,
): JsonRoute {
  return { ...form, permission, callers: 'administrators', handle: guarded(permission, form, callingAdministrator, work) }
}

/** Unauthorised callers are refused before validation. */
function guarded<Who extends Caller, Body extends z.ZodType, Query extends z.ZodType, Answer extends z.ZodType, Path extends string>(
  permission: Permission,
  form: Form<Body, Query, Answer, Path>,
  authenticate: (tenant: WebTenant, request: Request) => Promise<Who>,
  work: (ask: JsonRequest<z.output<Body>, z.output<Query>, Path>, by: Who) => JsonAnswer<Answer>,
): JsonRoute['handle'] {
  return async (tenant, request, sent) => {
    const by = await authenticate(tenant, request)
    return audited(form, sent, actorOf(by), async () => {
      requirePermission(by, permission)
      if (isInstallationRight(permission) && tenant.slug !== '') problem(404, 'not_found', 'tenants are administered at the root tenant')
      return work(read(form, tenant, request, sent), by)
    })
  }
}

/** The actor for the audit log; for a person also the application. */
function actorOf({ account, token }: Caller): Pick<AuditEvent, 'by' | 'detail'> {
  const clientId = token.clientId as string
  if (!account) return { by: { type: 'client', id: clientId } }
  return { by: { type: 'user', id: account.subject }, ...(clientId === firstPartyId ? {} : { detail: { client: clientId } }) }
}

/** The route for the listener. */
export function routeOfJson({ path, method, handle }: JsonRoute): Route {
  return { path, methods: [method], audience: 'api', body: 'json', handle }
}

function read<Body extends z.ZodType, Query extends z.ZodType, Path extends string>(
  form: Form<Body, Query, z.ZodType, Path>,
  tenant: WebTenant,
  request: Request,
  { json, path }: RequestBody,
): JsonRequest<z.output<Body>, z.output<Query>, Path> {
  if (!Object.values(path).every(isCleanText)) return problem(404, 'not_found', 'there is nothing at this URL')
  request.params.check(new Set())
  const value = form.body && json !== undefined ? readJsonBody(json) : undefined
  const body = checked(form.body, value, 'the body is not valid for this route')
  const query = checked(form.query, Object.fromEntries(request.params.entries()), 'the query is not valid for this route')
  return { tenant, request, body, query, path }
}

function checked<T extends z.ZodType>(schema: T | undefined, value: unknown, description: string): z.output<T> {
  const found = schema?.safeParse(value)
  if (found && !found.success) return problem(422, 'invalid_request', description, found.error.issues.flatMap(faultsOf))
  return found?.data as z.output<T>
}

/** Turns errors that only the action can find, such as in the tenant's attributes, into the same refusal as a schema's. */
function refused(error: unknown): never {
  if (error instanceof ZodError) problem(422, 'invalid_request', 'the body is not valid for this tenant', error.issues.flatMap(faultsOf))
  throw error
}

/** The messages of the schema. Of the request they hold only names of members, and only those that are safe to write. */
function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: fieldOf([...issue.path, key]), rule: 'is not known here' }))
  return [{ field: fieldOf(issue.path), rule: issue.message }]
}

/** Adds the audit event: for a refusal too, if the caller is known. */
async function audited(
  form: Form<z.ZodType, z.ZodType, z.ZodType>,
  { path }: RequestBody,
  { by, detail }: Pick<AuditEvent, 'by' | 'detail'>,
  work: () => JsonAnswer<z.ZodType>,
): Promise<Reply> {
  const { act } = form
  try {
    const result = await work().catch(refused)
    const { target = path['id'] } = result
    const all = { ...detail, ...result.detail }
    const more = Object.keys(all).length > 0 ? { detail: all } : {}
    const auditEvents = act && ({ act, outcome: 'success', by: result.by ?? by, target, ...more } as const)
    return { ...reply(form, result), ...(auditEvents ? { auditEvents: [auditEvents] } : {}) }
  } catch (error) {
    if (act && by && error instanceof OAuthError)
      withAuditEvent(error, { act, outcome: 'failure', by, target: path['id'], detail: { ...detail, error: error.code } })
    throw error
  }
}

function reply(form: Form<z.ZodType, z.ZodType, z.ZodType>, { answer, accepted, lines, headers }: Awaited<JsonAnswer<z.ZodType>>): Reply {
  const all = { 'cache-control': 'no-store', ...headers }
  if (form.lines) {
    const item = form.lines
    const text = (lines ?? []).map((line) => `${JSON.stringify(item.parse(line))}\n`).join('')
    return { kind: 'text', status: 200, type: 'application/jsonl', text, headers: all }
  }
  if (accepted && form.accepted) return { kind: 'json', status: 202, body: form.accepted.parse(accepted) as object, headers: all }
  if (!form.answer) return { kind: 'json', status: 204, headers: all }
  return { kind: 'json', status: form.status ?? 200, body: form.answer.parse(answer) as object, headers: all }
}
