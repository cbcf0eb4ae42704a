/** Where a person edits their profile — WCAG 2.2 §1.3.5: each field states its purpose. */
import type { Question } from '../../../protocol/request-reply.ts'
import { fill, type Html, html, type Value } from '../html.ts'
import { address, named } from '../names.ts'
import { fieldOf, questionField } from '../question.ts'
import { card, type Field, type FormContext, field, form } from './parts.ts'
import { countries, languagePicker, zonePicker } from './pickers.ts'

const lead = 'Applications learn this only if you allow them to see your profile, phone number or address.'

type Line = Omit<Field, 'value' | 'fault' | 'focus' | 'suggestions'> & { choose?: 'day' | 'zone' | 'language' | 'country' | 'gender' }

const groups: readonly { heading: string; fields: readonly Line[] }[] = [
  {
    heading: 'Name',
    fields: [
      { name: 'name', label: 'Full name', autocomplete: 'name' },
      { name: 'nickname', label: 'Nickname', autocomplete: 'nickname' },
      { name: 'given_name', label: 'Given name', autocomplete: 'given-name' },
      { name: 'middle_name', label: 'Middle name', autocomplete: 'additional-name' },
      { name: 'family_name', label: 'Family name', autocomplete: 'family-name' },
    ],
  },
  {
    heading: 'About you',
    fields: [
      { name: 'birthdate', label: 'Date of birth', autocomplete: 'bday', choose: 'day' },
      { name: 'gender', label: 'Gender', autocomplete: 'sex', choose: 'gender' },
      { name: 'zoneinfo', label: 'Time zone', autocomplete: 'off', choose: 'zone' },
      { name: 'locale', label: 'Language', autocomplete: 'language', choose: 'language' },
    ],
  },
  {
    heading: 'On the web',
    fields: [
      { name: 'picture', label: 'Address of a picture', type: 'url', autocomplete: 'photo' },
      { name: 'website', label: 'Website', type: 'url', autocomplete: 'url' },
      { name: 'profile', label: 'Profile page', type: 'url', autocomplete: 'off' },
    ],
  },
  {
    heading: 'Phone and address',
    fields: [
      { name: 'phone_number', label: 'Phone', type: 'tel', autocomplete: 'tel', hint: 'With the country code, such as +12025550123' },
      { name: 'street_address', label: 'Street and number', autocomplete: 'address-line1' },
      { name: 'postal_code', label: 'Postal code', autocomplete: 'postal-code' },
      { name: 'locality', label: 'Town', autocomplete: 'address-level2' },
      { name: 'region', label: 'Region', autocomplete: 'address-level1' },
      { name: 'country', label: 'Country', autocomplete: 'country-name', choose: 'country' },
    ],
  },
]

const words = {
  own: 'At {tenant}',
  readOnly: 'Set by administrators',
  required: '(required)',
  none: 'Not set',
  yes: 'Yes',
  no: 'No',
  genders: ['female', 'male'],
}

export interface ProfilePage extends FormContext {
  tenant: string
  username: string
  /** By name of the claim. */
  values: Readonly<Record<string, unknown>>
  /** Attributes that the person can edit, and the content of their fields, by name. */
  asked: readonly Question[]
  texts: Readonly<Record<string, string>>
  /** Attributes that only administrators can edit. */
  readOnly: readonly { question: Question; value: unknown }[]
  /** By name of the field. */
  faults: Readonly<Record<string, string>>
}

export function profilePage(page: ProfilePage): Html {
  const { base, sid, username, values, faults, asked, readOnly } = page
  const first = firstFault(page)
  const filled = (line: Line) => {
    const value = values[line.name]
    return lineField(line, { value: typeof value === 'string' ? value : undefined, fault: faults[line.name], focus: first === line.name })
  }
  return html`<p class="lead">${lead}</p>
<p>You sign in as <strong id="username">${address(username)}</strong></p>
${form({
  base,
  sid,
  section: 'profile',
  act: 'save',
  body: html`${groups.map(({ heading, fields }) => card(heading, html`<div class="fields">${fields.map(filled)}</div>`))}
${asked.length > 0 && ownCard(page)}
<button id="save" class="primary">Save</button>`,
})}
${readOnly.length > 0 && card(words.readOnly, html`<dl class="facts">${readOnly.map(fact)}</dl>`)}`
}

/** The name of the field to correct first. */
function firstFault({ faults, asked }: ProfilePage): string | undefined {
  const names = [...groups.flatMap(({ fields }) => fields.map(({ name }) => name)), ...asked.map(({ name }) => fieldOf(name))]
  return names.find((name) => faults[name] !== undefined)
}

const isDay = /^(?!0000)\d{4}-\d{2}-\d{2}$/

function lineField({ choose, ...line }: Line, state: { value: string | undefined; fault: string | undefined; focus: boolean }): Html {
  const ask = { ...line, ...state, none: words.none }
  if (choose === 'zone') return zonePicker(ask)
  if (choose === 'language') return languagePicker(ask)
  if (choose === 'country') return field({ ...ask, suggestions: countries() })
  if (choose === 'gender') return field({ ...ask, suggestions: words.genders })
  // A year alone, or a day without its year, is a value too (OpenID Connect Core §5.1); what is no date must be seen to be corrected.
  const shown = state.value === undefined || (isDay.test(state.value) && state.fault === undefined)
  return field(choose === 'day' && shown ? { ...ask, type: 'date' } : ask)
}

/** `asked` lists the fields of the form, so that other attributes are not changed. */
function ownCard(page: ProfilePage): Html {
  const { tenant, asked, texts, faults } = page
  const first = firstFault(page)
  const fields = asked.map((question) => {
    const note = question.required ? { note: words.required } : {}
    return questionField({
      question,
      text: texts[question.name],
      fault: faults[fieldOf(question.name)],
      focus: first === fieldOf(question.name),
      ...note,
    })
  })
  return card(
    fill(words.own, { tenant: named(tenant) }),
    html`<input type="hidden" name="asked" value="${asked.map(({ name }) => name).join(' ')}">`,
    html`<div class="fields">${fields}</div>`,
  )
}

function fact({ question: { name, title = name }, value }: ProfilePage['readOnly'][number]): Html {
  return html`<div id="${fieldOf(name)}"><dt>${title}</dt><dd dir="auto">${inWords(value)}</dd></div>`
}

function inWords(value: unknown): Value {
  if (value === undefined) return html`<span class="optional">${words.none}</span>`
  if (typeof value === 'boolean') return value ? words.yes : words.no
  return Array.isArray(value) ? html`<ul>${value.map((one) => html`<li>${String(one)}</li>`)}</ul>` : String(value)
}
