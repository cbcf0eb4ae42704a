/** The little Markdown in the API description: paragraphs, headings, blocks of code, and code in a line. */
import { type Html, html } from '../html.ts'

export function prose(text: string): Html {
  return html`${text.split('\n\n').map(block)}`
}

export function inline(text: string): Html {
  return html`${text.split('`').map((piece, i) => (i % 2 ? html`<code>${piece}</code>` : piece))}`
}

function block(text: string): Html {
  if (text.startsWith('## '))
    return html`<h2>${text.slice(3)}</h2>
`
  const code = /^```\w*\n(.*)\n```$/s.exec(text)?.[1]
  return code === undefined
    ? html`<p>${inline(text)}</p>
`
    : html`<pre><code>${code}</code></pre>
`
}
