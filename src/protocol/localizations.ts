/** Names and addresses of a client in several languages, each by its member and a language tag — RFC 7591 §2.2. */
import { z } from 'zod'

const localized = /^(client_name|client_uri|logo_uri|policy_uri|tos_uri)#/
const languageTag = /#[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/ // BCP 47

/** Is it the name of a member that is shown to people, with a language after it? */
export function isLocalized(name: string): boolean {
  return localized.test(name)
}

const member = 'must be a member such as client_name, # and a language tag'

/** `text`, `url`: what names and addresses may be. */
export function localizations(text: z.ZodType<string, string>, url: z.ZodType<string, string>) {
  return z
    .record(z.string().max(100).regex(localized, member).regex(languageTag, member), text)
    .refine((table) => Object.keys(table).length <= 100, 'must not have more than 100 entries')
    .refine((table) => Object.entries(table).every(([name, value]) => name.startsWith('client_name#') || url.safeParse(value).success), {
      error: 'must have absolute http or https URLs as addresses',
    })
}
