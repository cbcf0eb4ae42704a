/** Token exchange for a token of another provider — RFC 8693: `audience` names the connection whose token the client is given. */
import { findAccessToken } from '../access-token.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature, TokenRequest } from '../feature.ts'
import { readMinTtl } from '../min-ttl.ts'
import type { Reply } from '../request-reply.ts'
import type { AccessToken } from '../types.ts'

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token' // §3

async function exchanged(ctx: Ctx, ask: TokenRequest): Promise<Reply | undefined> {
  const { params, client } = ask
  if (params.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange') return undefined
  const [connection = '', ...more] = params.all('audience')
  if (more.length > 0 || !Object.hasOwn(client.connections, connection)) return undefined
  if ((params.get('requested_token_type') ?? accessTokenType) !== accessTokenType)
    refuse('invalid_request', 'requested_token_type must be that of an access token')
  const minTtl = readMinTtl(params.get('min_ttl')) ?? refuse('invalid_request', 'min_ttl must be a number of seconds from 1 to 3600')
  const token = await subjectToken(ctx, ask)
  const scope = (client.connections[connection] ?? '').split(' ').filter(Boolean)
  const found = await ctx.upstreamTokens.token({ subject: token.subject, clientId: client.client_id, connection, scope, ...minTtl })
  if (found === 'none')
    return refuse('invalid_target', 'the person has connected no account of this connection, or it hands out no tokens now') // §2.2.2
  if (found === 'scope') return refuse('invalid_scope', 'the token of this connection has a scope that this client is not registered for')
  if (found === 'consent') return refuse('invalid_grant', 'the person must connect their account of this connection again')
  const { accessToken, expiresIn, scope: granted, entry, noted } = found
  const by = { type: 'client', id: client.client_id } as const
  return {
    kind: 'json',
    status: 200,
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' }, // RFC 6749 §5.1
    body: {
      access_token: accessToken,
      issued_token_type: accessTokenType, // §2.2.1
      token_type: 'Bearer',
      ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
      ...(granted.length > 0 ? { scope: granted.join(' ') } : {}),
    },
    auditEvents: noted ? [{ act: 'vault.use', outcome: 'success', by, target: entry, detail: { connection, user: token.subject } }] : [],
  }
}

/** Of a person, and issued to this very client, which proves the key that it is bound to. */
async function subjectToken(ctx: Ctx, { params, client, binding }: TokenRequest): Promise<AccessToken> {
  if (params.need('subject_token_type') !== accessTokenType) refuse('invalid_request', 'subject_token_type must be that of an access token')
  if (params.get('actor_token') !== undefined) refuse('invalid_request', 'actor_token is not taken with a connection')
  const token = await findAccessToken(ctx, params.need('subject_token'))
  if (!token || token.clientId !== client.client_id || token.grantId === undefined)
    return refuse('invalid_request', 'subject_token is unknown, expired, revoked or not of a person who signed in to this client')
  if (!Object.entries(token.cnf ?? {}).every(([name, value]) => binding?.cnf[name] === value))
    refuse('invalid_request', 'subject_token is bound to a key; prove possession of it')
  if (!(await ctx.people.claims(token.subject))) refuse('invalid_grant', 'the account is no longer active')
  return token
}

export function upstreamTokens(): Feature {
  return { id: 'upstreamTokens', spec: 'RFC 8693 §2.1 (tokens of connections)', requires: ['tokenExchange'], answerToken: exchanged }
}
