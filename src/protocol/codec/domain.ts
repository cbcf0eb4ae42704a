/** Internationalised domain names in ASCII — RFC 5891 §4, UTS #46. */
import { domainToASCII } from 'node:url'

/** `münchen.example` → `xn--mnchen-3ya.example`; undefined when it is no domain name. One in ASCII already stays as it is. */
export function asciiDomain(domain: string): string | undefined {
  if (!/[^\x21-\x7e]/.test(domain)) return domain
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(domain) ? domainToASCII(domain) || undefined : undefined
}
