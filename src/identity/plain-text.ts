/** Text that people type and others see: what may be in it, and how long it may be — Unicode Standard Annex #9 for bidirectional controls. */
import { z } from 'zod'

/** Controls (terminal escapes and NUL among them), half surrogate pairs, bidirectional controls, line and paragraph separators. */
const forbidden = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u
const forbiddenInLines = /[\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]|(?![\r\n\t])\p{Cc}/u

const rule = 'must not have control characters, or characters that change the direction of text'

export function isPlain(text: string): boolean {
  return !forbidden.test(text)
}

/** As `isPlain`, with tabs and line breaks. */
export function isPlainLines(text: string): boolean {
  return !forbiddenInLines.test(text)
}

/** What is left of a text without such characters: at most so many characters, none of them cut in half. */
export function plainPart(text: string, max: number): string {
  return [...text.replaceAll(new RegExp(forbidden, 'gu'), '').trim()].slice(0, max).join('')
}

/** One line of 1 to `max` characters, without outer space. */
export function plainLine(max: number): z.ZodString {
  return z.string().trim().min(1).max(max).refine(isPlain, rule)
}

/** As `plainLine`, with line breaks. */
export function plainLines(max: number): z.ZodString {
  return z.string().trim().min(1).max(max).refine(isPlainLines, rule)
}

/** An absolute http or https URL of at most 2,000 characters. */
export const plainUrl = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .max(2000)
  .refine(isPlain, rule)
