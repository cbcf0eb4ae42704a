/** Checks the proof of what a token is bound to: a key (RFC 9449 §6), a certificate (RFC 8705 §3), or both. */
import type { CertificateCheck } from './certificate.ts'
import type { ProofCheck } from './dpop.ts'
import { refuse } from './refusal.ts'
import type { GuardRequest, PresentedCredential } from './request.ts'

export interface BindingOptions {
  checkProof: ProofCheck
  checkCertificate: CertificateCheck
  /** Refuse tokens that are not bound. */
  requireBound: boolean
}

/** `cnf`: as the verified token has it. RFC 7800 §3.1 */
export async function checkBinding(
  request: GuardRequest,
  { scheme, text }: PresentedCredential,
  cnf: unknown,
  { checkProof, checkCertificate, requireBound }: BindingOptions,
): Promise<void> {
  const { jkt, 'x5t#S256': x5t, ...others } = confirmation(cnf)
  if (Object.keys(others).length > 0) refuseBinding()
  if (scheme === 'DPoP' && jkt === undefined) refuse('invalid_token', 'the access token is not bound to a key; send it as Bearer')
  if (scheme !== 'DPoP' && jkt !== undefined) refuse('invalid_token', 'the access token is bound to a key; send it as DPoP with a proof') // RFC 9449 §7.2
  if (requireBound && jkt === undefined && x5t === undefined)
    refuse('invalid_token', 'the access token is not bound to a key or a certificate')
  if (x5t !== undefined) checkCertificate(request, x5t)
  if (jkt !== undefined) await checkProof(request, text, jkt)
}

/** Also checks bindings that are not switched on. */
export function refuseBinding(): never {
  return refuse('invalid_token', 'the access token is bound in a way that cannot be checked here')
}

/** Empty for a token without `cnf`. Refuses a `cnf` without a method of confirmation. */
function confirmation(cnf: unknown): Readonly<Record<string, unknown>> {
  if (cnf === undefined) return {}
  if (typeof cnf !== 'object' || cnf === null || Object.keys(cnf).length === 0) return refuseBinding()
  return cnf as Record<string, unknown>
}
