/** Entity identifiers, and where an entity publishes its configuration — OpenID Federation 1.0 §1.2, §9. */
import { isLoopback } from '../redirect-uri.ts'

const maxIdentifier = 2048

/** An https URL of a host, with at most a port and a path; http only for this machine, whose addresses the operator must allow besides. */
export function isEntityIdentifier(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxIdentifier || !/^[\x21-\x7e]+$/.test(value) || /[?#\\]/.test(value)) return false
  const url = URL.parse(value)
  if (!url || url.username || url.password || url.hostname === '') return false
  return url.protocol === 'https:' || isLoopback(value)
}

/** §9: a slash at the end of the identifier is left out. */
export function configurationUrl(entity: string): string {
  return `${entity.replace(/\/$/, '')}/.well-known/openid-federation`
}
