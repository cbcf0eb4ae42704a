/** A client that manages what people have allowed it: Grant Management for OAuth 2.0. */
import type { CheckContext } from '../context.ts'
import { accepted, demand, json, NotApplicable, type Tokens } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { Params } from '../http/form.ts'
import type { Browser } from './browser.ts'

export interface Granted {
  id: string
  tokens: Tokens
}

export interface GrantManager {
  /** A new grant, or with other parameters a changed one. */
  grant(params?: Params, browser?: Browser): Promise<Granted>
  /** Asks for the grant, or deletes it. `token`: undefined sends none. */
  send(method: 'GET' | 'DELETE', id: string, token: string | undefined): Promise<Reply>
  /** Scopes of the grant, in order. */
  scopesOf(granted: Granted): Promise<string[]>
}

const managing = ['grant_management_query', 'grant_management_revoke']

/** The client `manager`. */
export function grantManager({ app, endpoint, send }: CheckContext): GrantManager {
  const manager = app('manager')
  const sendTo: GrantManager['send'] = (method, id, token) =>
    send({
      method,
      url: `${endpoint('grant_management_endpoint').replace(/\/$/, '')}/${id}`,
      headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    })
  return {
    async grant(params = {}, browser) {
      const words = manager.registration.scope.split(' ')
      if (!managing.every((word) => words.includes(word))) throw new NotApplicable('the client "manager" may not manage grants')
      const asked = { scope: ['openid', ...managing].join(' '), grant_management_action: 'create', ...params }
      const tokens = await manager.tokens(asked, browser)
      const id = json(tokens.reply)['grant_id']
      demand(typeof id === 'string' && id !== '', 'the token response has no grant_id')
      return { id, tokens }
    },
    send: sendTo,
    async scopesOf({ id, tokens }) {
      const { scopes = [] } = json(accepted(await sendTo('GET', id, tokens.access_token))) as { scopes?: { scope: string }[] }
      return scopes.flatMap(({ scope }) => scope.split(' ')).toSorted()
    },
  }
}
