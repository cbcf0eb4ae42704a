/** A route of a JSON API as a value: schemas, permission, handler. The one place where bodies are checked and permissions are enforced. */
import type { z } from 'zod'
import { may, type Permission } from '../../identity/roles.ts'
import { type Account, isActive } from '../../identity/types.ts'
import { bearer } from '../../protocol/access-token.ts'
import type { Act, Doer, Happening } from '../../protocol/acts.ts'
import { firstPartyId } from '../../protocol/client.ts'
import { noted, OAuthError, refuse } from '../../protocol/errors.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import type { Credential } from '../../protocol/types.ts'
import type { Route, Sent, TenantRoom } from '../route.ts'
import { type Fault, problem } from './problem.ts'

/** Who asks, and with which token. */
export interface Actor {
  account: Account
  token: Credential
}

export interface Ask<Body, Query> {
  room: TenantRoom
  request: Request
  body: Body
  query: Query
  /** What stands for the `:names` of the path. */
  path: Readonly<Record<string, string>>
}

interface Form<Body extends z.ZodType, Query extends z.ZodType, Answer extends z.ZodType> {
  method: 'GET' | 'POST' | 'PUT'
  /** Below the issuer, with `:names`. */
  path: string
  summary: string
  body?: Body
  query?: Query
  /** Absent: 204, and no body. What it does not name is never answered. */
  answer?: Answer
  /** 200 when absent. */
  status?: number
  /** What is answered with 202, where something is still to be done elsewhere. */
  accepted?: z.ZodType
  /** What the audit log calls it; absent when it changes nothing. It is done to what `:id` of the path names, or to the `target` that was told. */
  act?: Act
}
type Told<Answer extends z.ZodType> = Promise<{
  answer?: z.input<Answer>
  /** In place of the answer. */
  accepted?: object
  headers?: Readonly<Record<string, string>>
  /** For the audit log: who did it, where the token does not tell, and what it was done to. */
  by?: Doer
  target?: string
  detail?: Happening['detail']
}>

/** What the interface description is made of, and the door serves. */
export interface JsonRoute extends Form<z.ZodType, z.ZodType, z.ZodType> {
  permission: Permission | 'anyone'
  handle(room: TenantRoom, request: Request, sent: Sent): Promise<Reply>
}

/** A route for anyone. */
export function openRoute<Body extends z.ZodType, Query extends z.ZodType, Answer extends z.ZodType>(
  form: Form<Body, Query, Answer>,
  work: (ask: Ask<z.output<Body>, z.output<Query>>) => Told<Answer>,
): JsonRoute {
  return {
    ...form,
    permission: 'anyone',
    handle: (room, request, sent) => watched(form, sent, undefined, async () => work(read(form, room, request, sent))),
  }
}

/** A route for those who may. */
export function guardedRoute<Body extends z.ZodType, Query extends z.ZodType, Answer extends z.ZodType>(
  permission: Permission,
  form: Form<Body, Query, Answer>,
  work: (ask: Ask<z.output<Body>, z.output<Query>>, by: Actor) => Told<Answer>,
): JsonRoute {
  return {
    ...form,
    permission,
    async handle(room, request, sent) {
      const by = await authenticate(room, request)
      return watched(form, sent, { type: 'user', id: by.account.subject }, async () => {
        if (!may(by.account.role, permission)) problem(403, 'access_denied', 'your role does not allow this')
        return work(read(form, room, request, sent), by)
      })
    },
  }
}

/** Served by the door. */
export function routeOfJson({ path, method, handle }: JsonRoute): Route {
  return { path, methods: [method], audience: 'api', body: 'json', handle }
}

/**
 * Role and status are those of this moment, not those of the token. Only a token that the person got by signing in here will do: one of
 * another client, or an API key, was never meant for administration.
 */
async function authenticate(room: TenantRoom, request: Request): Promise<Actor> {
  const token = await bearer(room.ctx, request)
  if (token.clientId !== firstPartyId) refuse('insufficient_scope', 'this token was not got by signing in at this API')
  const account = await room.accounts.store.accounts.bySubject(token.subject)
  if (!account || !isActive(account)) refuse('invalid_token', 'the access token is of an account that is not active')
  return { account, token }
}

function read<Body extends z.ZodType, Query extends z.ZodType>(
  form: Form<Body, Query, z.ZodType>,
  room: TenantRoom,
  request: Request,
  { json, path }: Sent,
): Ask<z.output<Body>, z.output<Query>> {
  request.params.check(new Set())
  const body = checked(form.body, json, 'the body is not what this address takes')
  const query = checked(form.query, Object.fromEntries(request.params.entries()), 'the query is not what this address takes')
  return { room, request, body, query, path }
}

function checked<T extends z.ZodType>(schema: T | undefined, value: unknown, description: string): z.output<T> {
  const found = schema?.safeParse(value)
  if (found && !found.success) return problem(422, 'invalid_request', description, found.error.issues.flatMap(faultsOf))
  return found?.data as z.output<T>
}

/** The messages are the schema's; of what was sent there are only names in them, and only such as are safe to write. */
function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const field = (names: readonly PropertyKey[]) => names.map(String).filter(isName).join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: field([...issue.path, key]), rule: 'is not known here' }))
  return [{ field: field(issue.path), rule: issue.message }]
}

const isName = (name: string) => /^\w{1,64}$/.test(name)

/** Answers, and tells the audit log what came of it: of a refusal too, when it is known who was refused. */
async function watched(
  form: Form<z.ZodType, z.ZodType, z.ZodType>,
  { path }: Sent,
  by: Doer | undefined,
  work: () => Told<z.ZodType>,
): Promise<Reply> {
  const { act } = form
  try {
    const told = await work()
    const { target = path['id'], detail } = told
    const happened = act && ({ act, outcome: 'success', by: told.by ?? by, target, ...(detail ? { detail } : {}) } as const)
    return { ...reply(form, told), ...(happened ? { happened: [happened] } : {}) }
  } catch (error) {
    if (act && by && error instanceof OAuthError)
      noted(error, { act, outcome: 'failure', by, target: path['id'], detail: { error: error.code } })
    throw error
  }
}

function reply(form: Form<z.ZodType, z.ZodType, z.ZodType>, { answer, accepted, headers }: Awaited<Told<z.ZodType>>): Reply {
  const all = { 'cache-control': 'no-store', ...headers }
  if (accepted && form.accepted) return { kind: 'json', status: 202, body: form.accepted.parse(accepted) as object, headers: all }
  if (!form.answer) return { kind: 'json', status: 204, headers: all }
  return { kind: 'json', status: form.status ?? 200, body: form.answer.parse(answer) as object, headers: all }
}
