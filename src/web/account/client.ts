/** The account page as a client of this server — OAuth 2.0 Multiple Response Type Encoding Practices §4. */
import { loginOf } from '../../identity/account.ts'
import { accountPageId, type Client, clientSchema } from '../../protocol/client.ts'
import type { Ctx } from '../../protocol/feature.ts'
import { once } from '../../protocol/once.ts'
import type { AccountRequest } from './section.ts'

/** Where the browser comes back to. */
export const returnPath = '/account/return'

const atEveryIssuer = once(() =>
  clientSchema.parse({
    client_id: accountPageId,
    client_name: 'Your account',
    grant_types: [],
    response_types: ['none'],
    token_endpoint_auth_method: 'none',
    scope: '',
    policy: { consent: 'skip' },
  }),
)

/** It is issued no tokens: the page relies on the browser's session. */
export function accountClient(issuer: string): Client {
  return { ...atEveryIssuer(), redirect_uris: [issuer + returnPath], secretHashes: [], tokensFrom: 0 }
}

/** How recent a sign-in must be for sensitive actions, in seconds. */
export const recently = 300

interface SignInRequest {
  /** Returned with the browser. */
  state: string
  /** 'switch': another account may be chosen; 'confirm': the same person signs in again. */
  purpose: 'sign-in' | 'switch' | 'confirm'
  loginHint?: string
}

/** The authorization request of the account page. */
export function signInUrl({ issuer }: Pick<Ctx, 'issuer'>, { state, purpose, loginHint }: SignInRequest): string {
  const query = new URLSearchParams({
    response_type: 'none',
    client_id: accountPageId,
    redirect_uri: issuer + returnPath,
    state,
    ...(purpose === 'switch' ? { prompt: 'select_account' } : {}),
    ...(purpose === 'confirm' ? { max_age: String(recently) } : {}),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
  })
  return `${issuer}/authorize?${query}`
}

/** Where to sign in again before a sensitive action; returns to `state`. */
export function confirmUrl({ tenant, account }: Pick<AccountRequest, 'tenant' | 'account'>, state: string): string {
  return signInUrl(tenant.ctx, { state, purpose: 'confirm', loginHint: loginOf(account) })
}
