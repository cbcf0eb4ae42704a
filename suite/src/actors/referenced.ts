/** A client whose request objects the server fetches from the suite: RFC 9101 §5.2, OpenID Connect Core §6.2. */
import type { CheckContext } from '../context.ts'
import { accepted } from '../expect.ts'
import type { Params } from '../http/form.ts'
import type { Document } from '../sink.ts'
import type { Application } from './application.ts'
import type { Changes } from './authenticate.ts'
import type { Landing } from './browser.ts'

export interface Referenced {
  app: Application
  /** Registered, on the suite's own server. */
  uri: string
  /** Where it is not registered. */
  elsewhere: string
  /** Serves this at both. */
  serve(document: Document): void
  /** A signed request object. */
  object(params?: Params, changes?: { claims?: Changes; header?: Changes }): Promise<string>
  /** Opens a request that names it. `beside`: additional parameters. */
  open(uri: string, beside?: Params): Promise<Landing>
  /** What the server has asked for so far. */
  calls(): readonly string[]
}

export const objectType = 'application/oauth-authz-req+jwt'

/** Registers a client. */
export async function referenced({ app, publish, random, register }: CheckContext): Promise<Referenced> {
  const sink = await publish(() => ({}))
  const key = { ...random.key(), kid: 'own', alg: 'ES256' }
  const { d, ...publicKey } = key
  const uri = `${sink.url}/request.jwt`
  const elsewhere = `${sink.url}/other.jwt`
  const { reply, registration } = await register({ request_uris: [uri], jwks: { keys: [publicKey] } })
  accepted(reply)
  const client = app().with({ ...registration, private_key: key })
  const asked = client.request({ scope: 'openid' }).params
  return {
    ...{ app: client, uri, elsewhere, calls: sink.calls },
    serve(document) {
      for (const path of ['/request.jwt', '/other.jwt']) sink.publish(path, document)
    },
    object: async (params = {}, changes = {}) => String((await client.signedRequest({ ...asked, ...params }, changes))['request']),
    async open(request_uri, beside = {}) {
      const left = Object.fromEntries(Object.keys(asked).map((name) => [name, undefined]))
      const required = { response_type: 'code', scope: 'openid', client_id: registration.client_id } // OpenID Connect Core §6.2
      return client.authorize({ ...left, ...required, request_uri, ...beside })
    },
  }
}
