/** A client that exchanges its own access tokens, RFC 8693. */
import type { Reply } from '../http/exchange.ts'
import type { Params } from '../http/form.ts'
import { grantTypeOf } from '../target/prepared.ts'
import type { Resource } from '../target/target.ts'
import type { Application } from './application.ts'

/** Token type identifiers, RFC 8693 §3. */
export const tokenTypes = {
  access: 'urn:ietf:params:oauth:token-type:access_token',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
  refresh: 'urn:ietf:params:oauth:token-type:refresh_token',
} as const

export interface Exchanger {
  app: Application
  /** An access token for the first API with one of its scopes, or for no API. */
  subject(): Promise<{ token: string; scope: string | undefined }>
  /** Exchanges an access token. `params`: override defaults; undefined removes a parameter. */
  exchange(token: string, params?: Params): Promise<Reply>
}

export function exchanger(app: Application, [resource]: readonly Resource[]): Exchanger {
  return {
    app,
    async subject() {
      const scope = resource?.scope.split(' ')[0]
      const { access_token } = await app.tokens(resource && { resource: resource.identifier, scope })
      return { token: access_token, scope }
    },
    exchange: (token, params) =>
      app.token({
        grant_type: grantTypeOf('token_exchange'),
        subject_token: token,
        subject_token_type: tokenTypes.access,
        ...params,
      }),
  }
}
