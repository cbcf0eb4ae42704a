import { certificateClient } from '../../src/actors/certificate.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8705 §3.4',
  level: 'MUST',
  title: 'A client that registered certificate-bound tokens gets none without a certificate',
  needs: ['certificate-bound tokens', 'code flow'],
  async run(context) {
    const { app } = certificateClient(context)
    refused(await context.app('mtls').redeem(await context.app('mtls').code()))
    granted(await app.redeem(await app.code()))
  },
})
