/** Why a form is shown again. The field to correct has the focus and names it as its description; without such a field, it has the focus itself — WCAG 2.2 §3.3.1, §4.1.3. */
import { type Html, html, type Value } from './html.ts'
import { warning } from './icons.ts'

/** Nothing without a problem. `focus`: no field of the page has it. */
export function problemNote(problem: Value, { focus = false, more }: { focus?: boolean; more?: Html | undefined } = {}): Html | undefined {
  if (problem === undefined) return undefined
  return html`<p id="problem" class="problem" role="alert"${focus && html` tabindex="-1" autofocus`}>${warning}<span>${problem}${more && html` ${more}`}</span></p>`
}
