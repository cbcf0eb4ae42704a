/** Turns every error of an endpoint into a reply: a page for browsers, JSON for programs. */
import { asOAuthError, codes, type OAuthError, Unavailable } from './errors.ts'
import type { Endpoint } from './feature.ts'
import type { Reply } from './request-reply.ts'

/** What `work` answers. When it refuses or fails: the reply that says so, and the error for the log. */
export async function withErrorReply<R>(
  { audience, wayOn }: Pick<Endpoint, 'audience' | 'wayOn'>,
  realm: string,
  work: () => Promise<R>,
): Promise<{ reply: R | Reply; error?: OAuthError }> {
  try {
    return { reply: await work() }
  } catch (cause) {
    const error = asOAuthError(cause)
    return { reply: errorReply(error, { audience, wayOn }, realm), error }
  }
}

/** The reply with which a person or a program learns of a refusal. */
export function errorReply(error: OAuthError, { audience, wayOn }: Pick<Endpoint, 'audience' | 'wayOn'>, realm: string): Reply {
  const { code, description } = error
  const status = error.status ?? codes[code][0]
  const retry = error.cause instanceof Unavailable ? { 'retry-after': String(error.cause.retryAfter) } : {}
  if (audience === 'person')
    return {
      kind: 'page',
      page: 'error',
      status,
      data: { code, description, status, cure: error.cure, wayOn, application: error.application },
      headers: { ...retry, ...error.headers },
    }
  return {
    kind: 'json',
    status,
    body: { error: code, error_description: description },
    headers: { 'cache-control': 'no-store', ...retry, ...challenge(error, realm), ...error.headers },
  }
}

function challenge({ code, description, why }: OAuthError, realm: string): Record<string, string> {
  switch (code) {
    case 'invalid_client':
      return { 'www-authenticate': `Basic realm="${realm}", charset="UTF-8"` } // RFC 6749 §5.2
    case 'invalid_token':
      // A request without any token learns only which scheme to use. RFC 6750 §3.1.
      return why === 'no token'
        ? { 'www-authenticate': `Bearer realm="${realm}"` }
        : { 'www-authenticate': `Bearer realm="${realm}", error="${code}", error_description="${description}"` }
    case 'insufficient_scope':
      return { 'www-authenticate': `Bearer realm="${realm}", error="${code}", error_description="${description}"` }
    case 'invalid_request':
      return why === 'misplaced token'
        ? { 'www-authenticate': `Bearer realm="${realm}", error="${code}", error_description="${description}"` } // RFC 6750 §3.1
        : {}
    default:
      return {}
  }
}
