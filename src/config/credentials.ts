/** Settings of what signs credentials — OpenID for Verifiable Credential Issuance 1.0; SD-JWT VC §2.5. */
import { z } from 'zod'

const path = z.string().min(1)

export const credentials = z
  .strictObject({
    private_key_file: path
      .optional()
      .describe(
        'Key on P-256 that signs credentials of the root tenant, PEM, readable by its owner only; absent: the signing keys of the tenant',
      ),
    certificate_file: path.optional().describe('Its certificate chain, its own first, PEM; sent with each credential'),
    tenants_folder: path
      .optional()
      .describe(
        'Folder with the keys and certificate chains of other tenants, as `SLUG.key` and `SLUG.pem`; a tenant without them signs with its signing keys',
      ),
    development_authority: z
      .boolean()
      .default(false)
      .describe(
        'Development mode: make such a key for each tenant in `data_dir`, certified by an authority that is made with it. On in development mode',
      ),
  })
  .superRefine((given, check) => {
    const [one, other] = ['private_key_file', 'certificate_file'] as const
    if (given[one] && !given[other])
      check.addIssue({ code: 'custom', path: [other], message: `is missing: it is needed with credentials.${one}` })
    if (given[other] && !given[one])
      check.addIssue({ code: 'custom', path: [one], message: `is missing: it is needed with credentials.${other}` })
  })
