/** Markup that cannot be injected into: every value is escaped unless it is itself markup made here — HTML Living Standard §13. */

/** Finished markup. */
export class Html {
  readonly text: string
  /** For constants of the program only; everything else is made by `html`. */
  constructor(text: string) {
    this.text = text
  }
}

/** What a template accepts: text is escaped, lists are joined, undefined and false are omitted. */
export type Value = string | number | Html | undefined | false | readonly Value[]

/** Makes markup. Values may stand between tags and inside quoted attributes, never elsewhere. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.reduce((text, part, i) => text + render(values[i - 1]) + part))
}

/** Fills the `{placeholders}` of a sentence. One without a value stays as it is. */
export function fill(sentence: string, values: Readonly<Record<string, Value>>): Html {
  const pieces = sentence.split(/\{(\w+)\}/)
  return new Html(pieces.map((piece, i) => (i % 2 ? render(values[piece] ?? `{${piece}}`) : escaped(piece))).join(''))
}

function render(value: Value): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(render).join('')
  return escaped(String(value))
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}
