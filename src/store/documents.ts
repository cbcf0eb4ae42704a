/** Documents as kept, back as the types say: a member that JSON leaves out because it is undefined is there again. */
import type { AccessToken, AuthorizationRequest, Code, RefreshToken } from '../protocol/types.ts'

export function requestFrom(doc: string): AuthorizationRequest {
  return complete(JSON.parse(doc))
}

/** `usedAt` is a column of its own, since it alone changes. */
export function codeFrom(doc: string, usedAt: number | null): Code {
  const code: Code = JSON.parse(doc)
  return { ...code, asked: complete(code.asked), usedAt: usedAt ?? undefined }
}

export function refreshTokenFrom(doc: string, usedAt: number | null): RefreshToken {
  return { cnf: undefined, extensions: {}, ...JSON.parse(doc), usedAt: usedAt ?? undefined }
}

export function accessTokenFrom(doc: string): AccessToken {
  const absent = {
    grantId: undefined,
    family: undefined,
    cnf: undefined,
    authTime: undefined,
    acr: undefined,
    amr: undefined,
    sid: undefined,
  }
  return { ...absent, ...JSON.parse(doc) }
}

function complete(asked: AuthorizationRequest): AuthorizationRequest {
  const absent = {
    responseType: 'code',
    state: undefined,
    nonce: undefined,
    maxAge: undefined,
    loginHint: undefined,
    hintedSubject: undefined,
    pushed: undefined,
  }
  return { ...absent, ...asked }
}
