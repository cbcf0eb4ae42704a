/** A client that registers for logout notifications, and a person who signs in to it and signs out. */
import type { CheckContext } from '../context.ts'
import { accepted, Failure } from '../expect.ts'
import { withQuery } from '../http/form.ts'
import type { Received } from '../sink.ts'
import type { Landing } from './browser.ts'
import type { Jwt } from './jwt.ts'

export interface SignedOut {
  clientId: string
  /** Of the session that ended. */
  idToken: Jwt
  /** Where the browser came to. */
  landing: Landing
}

/** Registers a client with `metadata`, signs in to it, and signs out. */
export async function signOut({ app, browser, endpoint, idToken, register }: CheckContext, metadata: object): Promise<SignedOut> {
  const { reply, registration } = await register(metadata)
  accepted(reply)
  const signedIn = browser()
  const tokens = await app().with(registration).tokens({ scope: 'openid', nonce: 'logout' }, signedIn)
  const landing = await signedIn.open(withQuery(endpoint('end_session_endpoint'), { id_token_hint: tokens.id_token }))
  return { clientId: registration.client_id, idToken: await idToken(tokens), landing }
}

export interface ToldOfLogout extends SignedOut {
  request: Received
  token: string
}

/** The request with the logout token, OpenID Connect Back-Channel Logout §2.5. */
export async function toldOfLogout(context: CheckContext): Promise<ToldOfLogout> {
  const { url, received } = await context.sink()
  const uri = { backchannel_logout_uri: `${url}/backchannel`, backchannel_logout_session_required: true }
  const signedOut = await signOut(context, uri)
  const request = await received('/backchannel')
  const token = new URLSearchParams(request.body).get('logout_token')
  if (token === null) throw new Failure('the request has no logout_token')
  return { ...signedOut, request, token }
}
