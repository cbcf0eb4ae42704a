import { check } from '../../src/check.ts'
import { granted, NotApplicable, refused } from '../../src/expect.ts'
import type { ClientCertificate } from '../../src/http/wire.ts'

export default check({
  clause: 'RFC 8705 §2.1',
  level: 'MUST',
  title: 'A client authenticates by a certificate of a trusted authority with its subject, and by no other certificate',
  needs: ['code flow'],
  async run({ app, metadata, target }) {
    const method = 'tls_client_auth'
    if (!metadata.list('token_endpoint_auth_methods_supported')?.includes(method)) throw new NotApplicable(`${method} is not offered`)
    const [own, otherSubject, otherAuthority] = target.authorityCertificates ?? []
    if (own === undefined) throw new NotApplicable('the target names no certificates of an authority')
    const client = app('pki')
    const redeem = async (certificate?: ClientCertificate) =>
      (certificate ? client.with({ certificate }) : client).redeem(await client.code())
    granted(await redeem(own))
    for (const certificate of [otherSubject, otherAuthority, target.certificates?.[0], undefined])
      refused(await redeem(certificate), 'invalid_client')
  },
})
