/** Names that others chose, made safe to display — Unicode Standard Annex 9 §2.7 (isolation), Annex 29 (grapheme clusters). */
import { type Html, html } from './html.ts'

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** A name as plain text: one line, no characters that change the direction of text, at most 60 graphemes. */
export function plain(name: string): string {
  const line = name
    .replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const letters = Array.from(graphemes.segment(line.slice(0, 1000)), ({ segment }) => segment)
  return letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : letters.join('')
}

/** A name inside a sentence, with its text direction isolated. */
export function named(name: string): Html {
  return html`<bdi>${plain(name)}</bdi>`
}

/** An email address or user name, which may break after its @ rather than anywhere. */
export function address(text: string): Html {
  const [local, ...rest] = plain(text).split('@')
  return html`<bdi>${local}${rest.map((part) => html`@<wbr>${part}`)}</bdi>`
}

/** The host of a URL, whole: its end says whose it is. It may break after a dot, unless it is an IPv4 address. */
export function host(name: string): Html {
  if (/^(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?$/.test(name)) return html`<bdi class="whole">${name}</bdi>`
  const [first, ...rest] = name.split('.')
  return html`<bdi>${first}${rest.map((part) => html`.<wbr>${part}`)}</bdi>`
}

/** One or two letters that represent a name. */
export function initials(name: string): string {
  const words = plain(name)
    .split(/[\s._@-]+/)
    .filter((word) => /^[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word))
  const ends = words.length > 1 ? [words[0]!, words.at(-1)!] : words
  return ends.map((word) => graphemes.segment(word).containing(0)!.segment.toUpperCase()).join('')
}

/** A number from 0 to 5, always the same for the same name: the colour of its initials. */
export function tint(name: string): number {
  return [...name].reduce((sum, character) => (sum * 31 + character.codePointAt(0)!) % 9973, 7) % 6
}
