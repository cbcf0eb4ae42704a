/** Text from outside: which characters it may hold, and how other text is displayed — Unicode UAX #9 and UTS #36 §2.1. */
import { z } from 'zod'

/** Characters that no text may hold: controls (including NUL and terminal escapes), lone surrogates, bidirectional controls. */
const forbidden = /[^\P{Cc}\t\n\r]|\p{Cs}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u
const lineBreaks = /[\t\n\r\u2028\u2029]/

/** True for text without control characters, lone surrogates and bidirectional controls. Tabs and line breaks are allowed. */
export function isCleanText(value: string): boolean {
  return !forbidden.test(value)
}

const characters = 'has a character that is not allowed'

/** Text of several lines, trimmed: 1 to `most` characters. */
export function text(most: number) {
  return z.string().trim().min(1).max(most).refine(isCleanText, characters)
}

/** Text of one line, trimmed: 1 to `most` characters. For names, titles and labels. */
export function line(most: number) {
  return text(most).refine((value) => !lineBreaks.test(value), 'must be a single line')
}

/** An absolute http or https URL. `error`: what is said of another text. */
export function webUrl(error = 'must be an absolute http or https URL') {
  return z
    .url({ protocol: /^https?$/, error, abort: true })
    .max(2000)
    .refine(isCleanText, characters)
}

/** An identifier that is part of URLs: visible ASCII, and neither `.` nor `..`, which URL parsers remove — RFC 3986 §5.2.4. */
export function identifier(most: number) {
  return z
    .string()
    .regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`), `must be 1 to ${most} visible ASCII characters`)
    .refine((id) => !isDotSegment(id), 'must not be . or ..')
}

/** A host name, or `*.` and the name that other names are below. */
export const hostName = z
  .string()
  .max(253)
  .regex(/^(?:\*\.)?(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d])?\.)*[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i, 'must be a host name')

function isDotSegment(segment: string): boolean {
  return segment === '.' || segment === '..'
}

const everyForbidden = new RegExp(forbidden, 'gu')

/** The text without forbidden characters and line breaks, trimmed and cut to `most` characters without splitting a surrogate pair. */
export function cleanPart(value: string, most: number): string {
  return [
    ...value
      .replace(everyForbidden, '')
      .replace(/[\t\n\r\u2028\u2029]/g, '')
      .trim(),
  ]
    .slice(0, most)
    .join('')
}

/** The text with each character that is not allowed escaped as in JSON, cut to `most` characters: safe to store, log and print. */
export function printable(value: string, most = Number.POSITIVE_INFINITY): string {
  const shown = value.replace(everyForbidden, escaped)
  return shown.length <= most ? shown : `${shown.slice(0, most - 1).toWellFormed()}…`
}

/** As in JSON: `\u001b`. */
export function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
