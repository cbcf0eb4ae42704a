/** Email addresses as HTML's `<input type=email>` allows them, and internationalised domains in one spelling. */
import { z } from 'zod'
import { asciiDomain } from './codec/domain.ts'

const longest = 254

/** The address with its domain in ASCII, which is how it is stored, shown and told to applications. `words`: in place of the usual ones. */
export function emailAddress(words?: { wrong: string; long: string }) {
  const pattern = /^[^\s@]+@[\p{L}\p{M}\p{N}.-]+$/u
  return z
    .email({ pattern, abort: true, ...(words ? { error: words.wrong } : {}) })
    .max(longest, { abort: true, ...(words ? { error: words.long } : {}) })
    .overwrite(withAsciiDomain)
    .refine((text) => z.regexes.html5Email.test(text) && text.length <= longest, words?.wrong ?? 'is not a valid email address')
}

/** `ada@münchen.example` → `ada@xn--mnchen-3ya.example`; any other text as it is. */
export function withAsciiDomain(text: string): string {
  const at = text.lastIndexOf('@') + 1
  const domain = at > 0 ? asciiDomain(text.slice(at)) : undefined
  return domain === undefined ? text : `${text.slice(0, at)}${domain}`
}

/** The domain of an address, in lower case and in ASCII; undefined for any other text. */
export function domainOf(address: string): string | undefined {
  const at = address.lastIndexOf('@') + 1
  return at > 0 ? asciiDomain(address.slice(at))?.toLowerCase() : undefined
}
