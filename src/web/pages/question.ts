/** A field for an attribute that a tenant has defined, by its type — HTML Living Standard §4.10; WCAG 2.2 §1.3.1, §3.3.1, §3.3.2. */
import type { Question } from '../../protocol/request-reply.ts'
import { type Html, html } from './html.ts'

/** Longer texts get a field of several lines. */
const longestLine = 200

const isDay = /^(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$/

const words = { choose: 'Please choose', yes: 'Yes', no: 'No', lines: 'One on each line.' }

/** Attributes may have the names of form fields. */
export function fieldOf(attribute: string): string {
  return `attribute_${attribute}`
}

export interface QuestionFieldData {
  question: Question
  /** Its text: as typed, one entry of a list on each line. */
  text: string | undefined
  fault: string | undefined
  /** Behind the label. */
  note?: string
  focus?: boolean
}

/** A label, the field, and beneath it a hint and the error of the typed value. */
export function questionField({ question, text = '', fault, note, focus = false }: QuestionFieldData): Html {
  const { name, title = name, description, type } = question
  const id = fieldOf(name)
  const hint = [description, type === 'list' && words.lines].filter(Boolean).join(' ')
  const described = [fault !== undefined && `${id}-fault`, hint !== '' && `${id}-hint`].filter(Boolean).join(' ')
  const common = html` id="${id}" name="${id}" autocomplete="off"${described !== '' && html` aria-describedby="${described}"`}${
    fault !== undefined && html` aria-invalid="true"`
  }${question.required && html` required`}${focus && html` autofocus`}`
  return html`<div class="field"><label for="${id}">${title}${note !== undefined && html` <span class="optional">${note}</span>`}</label>
${control(question, text, common)}
${fault !== undefined && html`<p id="${id}-fault" class="fault">${fault}</p>`}${hint !== '' && html`<p id="${id}-hint" class="hint">${hint}</p>`}</div>`
}

function control({ type, values = [], max_length = longestLine, min, max }: Question, text: string, common: Html): Html {
  switch (type) {
    case 'boolean':
      return select([['true', words.yes] as const, ['false', words.no] as const], text, common)
    case 'enum':
      return select(
        values.map((value) => [value, value] as const),
        text,
        common,
      )
    case 'number': {
      if (!Number.isFinite(Number(text))) return line(text, common)
      const bounds = html`${min !== undefined && html` min="${min}"`}${max !== undefined && html` max="${max}"`}`
      return html`<input${common} type="number" step="any"${bounds} value="${text}">`
    }
    case 'date':
      return isDay.test(text) ? html`<input${common} type="date" value="${text}">` : line(text, common)
    case 'list':
      return lines(text, common)
    case 'string':
      if (max_length > longestLine || text.includes('\n')) return lines(text, html`${common} maxlength="${max_length}"`)
      return line(text, html`${common} maxlength="${max_length}"`)
  }
}

/** A text field also where browsers would display only numbers or dates: people must see a wrong value to correct it. */
function line(text: string, common: Html): Html {
  return html`<input${common} type="text" dir="auto" value="${text}">`
}

/** A parser drops the first line break. */
function lines(text: string, common: Html): Html {
  return html`<textarea${common} rows="3" dir="auto">
${text}</textarea>`
}

function select(options: readonly (readonly [value: string, label: string])[], text: string, common: Html): Html {
  const shown = ([value, label]: readonly [string, string]) =>
    html`<option value="${value}"${value === text && html` selected`}>${label}</option>`
  return html`<select${common}><option value="">${words.choose}</option>${options.map(shown)}</select>`
}
