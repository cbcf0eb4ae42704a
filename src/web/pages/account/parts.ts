/** Parts of the account page's sections: forms with error messages next to the fields — WCAG 2.2 §1.3.5, §3.3.1, §3.3.3. */
import { type Html, html, type Value } from '../html.ts'
import { lock } from '../icons.ts'

/** Where a form of a section is posted, and for whom it was shown. */
export interface FormContext {
  /** Path of the issuer. */
  base: string
  sid: string
}

interface Form extends FormContext {
  /** Name of the section and of its act. */
  section: string
  act: string
  body: Html
}

/** A form that posts to an act of a section. Its id is `SECTION-ACT`. */
export function form({ base, sid, section, act, body }: Form): Html {
  return html`<form id="${section}-${act}" method="post" action="${base}/account/${section}/${act}">
<input type="hidden" name="sid" value="${sid}">
${body}
</form>`
}

export interface Field {
  name: string
  label: Value
  value?: string | undefined
  type?: 'text' | 'email' | 'tel' | 'url' | 'date'
  /** HTML Living Standard §4.10.18.7. */
  autocomplete: string
  hint?: string
  fault?: string | undefined
  required?: boolean
  /** At most one field of a page. */
  focus?: boolean
  /** Values to choose from, although others can be typed. */
  suggestions?: readonly string[]
}

/** A label, an input, and beneath it a hint and the error of the typed value. */
export function field({ name, label, value, type = 'text', autocomplete, hint, fault, required, focus, suggestions }: Field): Html {
  const described = [fault !== undefined && `${name}-fault`, hint !== undefined && `${name}-hint`].filter(Boolean).join(' ')
  return html`<div class="field"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}"${value !== undefined && html` value="${value}"`} autocomplete="${autocomplete}" dir="auto"${
    described !== '' && html` aria-describedby="${described}"`
  }${fault !== undefined && html` aria-invalid="true"`}${required && html` required`}${suggestions && html` list="${name}-list"`}${focus && html` autofocus`}>
${suggestions && html`<datalist id="${name}-list">${suggestions.map((one) => html`<option value="${one}">`)}</datalist>`}
${fault !== undefined && html`<p id="${name}-fault" class="fault">${fault}</p>`}${hint !== undefined && html`<p id="${name}-hint" class="hint">${hint}</p>`}</div>`
}

/** In place of a form that requires a recent sign-in. */
export function confirmFirst(to: string): Html {
  return html`<div class="confirm">${lock}<p>To go on, please sign in once more, so that we know it is you.</p>
<a id="confirm" class="button" href="${to}">Confirm that it is you</a></div>`
}

/** A part of a section, with its own heading. */
export function card(heading: Value, ...body: Value[]): Html {
  return html`<section class="card"><h2>${heading}</h2>
${body}</section>`
}

/** A part whose actions cannot be taken back, set apart from the others. */
export function riskCard(heading: Value, ...body: Value[]): Html {
  return html`<section class="card risk"><h2>${heading}</h2>
${body}</section>`
}

/** What a person sees where nothing is listed yet. */
export function emptyCard(text: string): Html {
  return html`<p id="none" class="none">${text}</p>`
}
