/** The client `mtls`, whose tokens are bound to a certificate, RFC 8705 §3. */
import type { CheckContext } from '../context.ts'
import type { Reply } from '../http/exchange.ts'
import type { ClientCertificate } from '../http/wire.ts'
import type { Application } from './application.ts'

export interface CertificateClient {
  /** Presents `own`. */
  app: Application
  own: ClientCertificate
  other: ClientCertificate
  /** Calls UserInfo, with a certificate or without one. */
  userinfo(accessToken: string, certificate?: ClientCertificate): Promise<Reply>
}

export function certificateClient({ app, endpoint, metadata, send, target }: CheckContext): CertificateClient {
  const [own, other] = target.certificates!
  return {
    ...{ app: app('mtls').with({ certificate: own }), own, other },
    userinfo(accessToken, certificate) {
      const url = metadata.endpoint('userinfo_endpoint', { certificate: true }) ?? endpoint('userinfo_endpoint')
      return send({ method: 'GET', url, headers: { authorization: `Bearer ${accessToken}` }, certificate }, 'API client')
    },
  }
}
