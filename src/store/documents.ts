/**
 * JSON documents in columns. Members that have a column of their own, and those of a request that hold their default, are left out, so
 * that a flow stores little more than what the browser sent.
 */
import { isDeepStrictEqual } from 'node:util'
import type { AuthorizationRequest, Code, RefreshToken } from '../protocol/types.ts'
import type { Row } from './sql.ts'

/** The default of each member of a request. */
const usual = {
  redirectUriSent: true,
  responseType: 'code',
  responseMode: 'query',
  state: undefined,
  nonce: undefined,
  prompt: [],
  maxAge: undefined,
  loginHint: undefined,
  hintedSubject: undefined,
  hintedSector: undefined,
  pushed: undefined,
  usesUp: undefined,
  instance: undefined,
  acrValues: [],
  requiredAcr: [],
  uiLocales: [],
  extensions: {},
} satisfies Partial<AuthorizationRequest>

export function documentOfRequest(asked: AuthorizationRequest): string {
  return JSON.stringify(compact(asked))
}

export function requestFrom(doc: string): AuthorizationRequest {
  return complete(JSON.parse(doc))
}

export function documentOfCode({ hash, grantId, family, expiresAt, usedAt, asked, ...rest }: Code): string {
  return JSON.stringify({ ...rest, asked: compact(asked) })
}

export function codeFrom(row: Row): Code {
  const doc = JSON.parse(row['doc'] as string)
  return { ...doc, asked: complete(doc.asked), ...columnsOf(row) }
}

export function documentOfRefreshToken({ hash, grantId, family, expiresAt, usedAt, ...rest }: RefreshToken): string {
  return JSON.stringify(rest)
}

export function refreshTokenFrom(row: Row): RefreshToken {
  return { cnf: undefined, extensions: {}, ...JSON.parse(row['doc'] as string), ...columnsOf(row) }
}

function columnsOf(row: Row) {
  return {
    hash: row['hash'] as string,
    grantId: row['grant_id'] as string,
    family: row['family'] as string,
    expiresAt: row['expires_at'] as number,
    usedAt: (row['used_at'] as number | null) ?? undefined,
  }
}

function compact(asked: AuthorizationRequest): Partial<AuthorizationRequest> {
  const members = Object.entries(asked).filter(([name, value]) => !isDeepStrictEqual(value, usual[name as keyof typeof usual]))
  return Object.fromEntries(members)
}

function complete(asked: AuthorizationRequest): AuthorizationRequest {
  return { ...usual, ...asked }
}
