/** Whom a backchannel request is about — OpenID Connect CIBA Core §7.1. */
import { readAssertion, subjectOfAssertion, useUpAssertion } from './assertion.ts'
import { mayUse } from './assignment.ts'
import { type Client, isVoid } from './client.ts'
import { parseJws, parseObject } from './codec/jws.ts'
import { type ErrorCode, OAuthError, refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Params } from './params.ts'
import { sectorOf } from './subject.ts'

const maxToken = 16_384
const tokenType = { typ: 'login-hint+jwt' } as const

/** Whom exactly one hint is about, if they can be asked. §7.1, §13 */
export async function hintedSubject(ctx: Ctx, client: Client, params: Params): Promise<string> {
  const [login, token, idToken] = [params.get('login_hint'), params.get('login_hint_token'), params.get('id_token_hint')]
  if ([login, token, idToken].filter((hint) => hint !== undefined).length !== 1)
    refuse('invalid_request', 'send exactly one of login_hint, login_hint_token and id_token_hint')
  if (token !== undefined) return inCodesOfHints(() => subjectOfToken(ctx, client, token))
  return askable(
    ctx,
    client,
    login === undefined ? await subjectOfIdToken(ctx, client, idToken as string) : await ctx.people.subjectOf(login),
  )
}

async function askable(ctx: Ctx, client: Client, subject: string | undefined): Promise<string> {
  const known = subject !== undefined && (await ctx.people.claims(subject)) !== undefined && (await mayUse(ctx, client, subject))
  return known ? subject : refuse('unknown_user_id', 'the hint names nobody who can be asked here')
}

/** It may have expired, but must have been issued to this client. What only the client is told of a person cannot be turned back. */
async function subjectOfIdToken(ctx: Ctx, client: Client, text: string): Promise<string | undefined> {
  const claims = await ctx.keys.verify(['JWT'], text, undefined)
  const own = claims && claims['client_id'] === undefined && claims['aud'] === client.client_id && !isVoid(client, claims['iat'] as number)
  if (!own) refuse('invalid_request', 'id_token_hint must be an ID token that was issued to this client')
  return sectorOf(client) === undefined && typeof claims['sub'] === 'string' ? claims['sub'] : undefined
}

/** An assertion of a trusted issuer, of a type of its own: what is only a hint can never be redeemed for tokens. It works once. */
async function subjectOfToken(ctx: Ctx, client: Client, text: string): Promise<string> {
  const jws = parseJws(text, maxToken)
  const exp = jws && parseObject(jws.payload)?.['exp']
  if (typeof exp === 'number' && exp <= ctx.now()) refuse('expired_login_hint_token', 'login_hint_token has expired; get a new one')
  const typeOf = (typ: string) => (typ === tokenType.typ ? tokenType : undefined)
  const assertion = await readAssertion(ctx, { client, text, typeOf })
  const subject = await askable(ctx, client, await subjectOfAssertion(ctx, assertion))
  await useUpAssertion(ctx, assertion)
  return subject
}

/** No grant is redeemed here: what is wrong with an assertion is wrong with the request. §13 */
async function inCodesOfHints<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== 'invalid_grant') throw error
    const code: ErrorCode = 'invalid_request'
    throw new OAuthError(code, error.description)
  }
}
