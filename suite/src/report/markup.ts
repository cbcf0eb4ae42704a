/** HTML and SVG templates that escape all values. */

export interface Markup {
  markup: string
}

type Part = string | number | Markup | readonly Markup[] | undefined | false

/** Strings are escaped, markup is inserted as it is, undefined and false are omitted. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.reduce((whole, text, n) => whole + rendered(parts[n - 1]) + text) }
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('')
}

/** Also replaces characters that are invalid in HTML and XML 1.0. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
