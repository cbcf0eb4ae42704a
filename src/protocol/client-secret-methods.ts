/** Which clients have a secret, and which sign with it — RFC 6749 §2.3.1, OpenID Connect Core §9. */

interface Authenticating {
  token_endpoint_auth_method: string
}

export function hasSecret({ token_endpoint_auth_method: method }: Authenticating): boolean {
  return method.startsWith('client_secret_')
}

/** Its secret never travels; the server makes it again to verify what the client signed. */
export function signsWithSecret({ token_endpoint_auth_method: method }: Authenticating): boolean {
  return method === 'client_secret_jwt'
}

/** The secret signs with HS256, and nothing else does. RFC 7518 §3.2 */
export function signingSecretProblems(client: {
  token_endpoint_auth_method: string
  token_endpoint_auth_signing_alg?: string | undefined
  policy: { allowed_algs?: readonly string[] | undefined }
}): [path: string[], message: string][] {
  const { token_endpoint_auth_signing_alg: alg = 'HS256', policy } = client
  const problems: [path: string[], message: string][] = []
  const signs = signsWithSecret(client)
  if (!signs && client.token_endpoint_auth_signing_alg === 'HS256')
    problems.push([['token_endpoint_auth_signing_alg'], 'HS256 is for client_secret_jwt alone'])
  if (signs && policy.allowed_algs) problems.push([['token_endpoint_auth_method'], 'signs with HS256, which policy.allowed_algs excludes'])
  if (signs && alg !== 'HS256') problems.push([['token_endpoint_auth_signing_alg'], 'must be HS256 for client_secret_jwt'])
  return problems
}
