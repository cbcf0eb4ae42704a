/** What a tenant issues, and how — OpenID for Verifiable Credential Issuance 1.0 §12.2. */
import { contentEncryptionAlgs, decryptionAlgs, keyEncryptionAlgs } from '../../codec/jwe.ts'
import { type CredentialConfiguration, pathOf, scopeOf, vctOf } from '../../credential-configuration.ts'
import { issuerKey } from '../../credential-issuer.ts'
import type { Ctx, Endpoint } from '../../feature.ts'
import { algsFor, batchSize } from './key-proofs.ts'

/** `endpoints`: paths below the issuer by the member that names them. */
export function issuerMetadata(endpoints: Readonly<Record<string, string>>): Endpoint {
  return {
    path: '/.well-known/openid-credential-issuer',
    methods: ['GET'],
    audience: 'program',
    cors: 'any',
    async handle(ctx, { headers }) {
      const key = issuerKey(ctx)
      const metadata = await metadataOf(ctx, endpoints)
      const signed = prefersJwt(headers['accept'])
      const { issuer } = ctx
      return {
        kind: 'text',
        status: 200,
        type: signed ? 'application/jwt' : 'application/json',
        text: signed
          ? await key.sign('openidvci-issuer-metadata+jwt', { ...metadata, iss: issuer, sub: issuer, iat: ctx.now() }) // §12.2.3
          : JSON.stringify(metadata),
        headers: { 'cache-control': 'public, max-age=300', vary: 'Accept' },
      }
    },
  }
}

/** JSON unless a JWT is asked for before it. §12.2.2 */
function prefersJwt(accept: string | string[] | undefined): boolean {
  const kinds = String(accept ?? '')
    .split(',')
    .map((kind) => kind.split(';', 1)[0]!.trim().toLowerCase())
  return kinds.find((kind) => kind === 'application/jwt' || kind === 'application/json') === 'application/jwt'
}

/** §12.2.4 */
async function metadataOf(ctx: Ctx, endpoints: Readonly<Record<string, string>>): Promise<object> {
  const { issuer, tenant } = ctx
  const enc_values_supported = contentEncryptionAlgs
  return {
    credential_issuer: issuer,
    ...Object.fromEntries(Object.entries(endpoints).map(([name, path]) => [name, issuer + path])),
    batch_credential_issuance: { batch_size: batchSize },
    credential_request_encryption: { jwks: { keys: await encryptionKeys(ctx) }, enc_values_supported, encryption_required: false },
    credential_response_encryption: { alg_values_supported: keyEncryptionAlgs, enc_values_supported, encryption_required: false },
    display: [{ name: tenant.name }],
    credential_configurations_supported: Object.fromEntries(tenant.credentials.map((one) => [one.id, supported(issuer, one)])),
  }
}

/** Each with the algorithm by which to encrypt. §10 */
async function encryptionKeys(ctx: Ctx): Promise<object[]> {
  const { keys } = (await ctx.keys.jwks(ctx.now())) as { keys: { use?: string }[] }
  return keys.filter(({ use }) => use === 'enc').map((key) => ({ ...key, alg: decryptionAlgs[0] }))
}

/** Appendix A.2.2, A.3.2 */
function supported(issuer: string, configuration: CredentialConfiguration): object {
  const { format, doctype, display, claims } = configuration
  const isDocument = format === 'mso_mdoc'
  return {
    format,
    scope: scopeOf(configuration),
    ...(isDocument ? { doctype } : { vct: vctOf(issuer, configuration) }),
    credential_signing_alg_values_supported: [isDocument ? -7 : 'ES256'],
    cryptographic_binding_methods_supported: [isDocument ? 'cose_key' : 'jwk'],
    proof_types_supported: proofTypes(configuration),
    credential_metadata: {
      display,
      claims: claims.map((claim) => ({ path: pathOf(claim), mandatory: claim.mandatory, display: claim.display })),
    },
  }
}

function proofTypes(configuration: CredentialConfiguration): object {
  const { key_attestation: rule } = configuration
  const proof_signing_alg_values_supported = algsFor(configuration)
  if (!rule) return { jwt: { proof_signing_alg_values_supported } }
  const { required, key_storage, user_authentication } = rule
  const type = {
    proof_signing_alg_values_supported,
    key_attestations_required: required ? { key_storage, user_authentication } : undefined,
  }
  return { jwt: type, attestation: type }
}
