/** Where a person says who they are — WCAG 2.2 §1.3.5: each field tells its purpose. */
import { type Html, html } from '../html.ts'
import { address } from '../names.ts'
import { card, type Field, type FormPlace, field, form } from './parts.ts'

const lead = 'Applications learn this only if you allow them to see your profile, phone number or address.'

type Line = Omit<Field, 'value' | 'fault'>

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
      { name: 'birthdate', label: 'Date of birth', autocomplete: 'bday', hint: 'As 1990-12-31, or the year alone' },
      { name: 'gender', label: 'Gender', autocomplete: 'sex' },
      { name: 'zoneinfo', label: 'Time zone', autocomplete: 'off', hint: 'Such as Europe/Paris' },
      { name: 'locale', label: 'Language', autocomplete: 'language', hint: 'Such as en-GB' },
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
      { name: 'country', label: 'Country', autocomplete: 'country-name' },
    ],
  },
]

export interface ProfilePage extends FormPlace {
  username: string
  /** By name of the claim. */
  values: Readonly<Record<string, unknown>>
  faults: Readonly<Record<string, string>>
}

export function profilePage({ base, sid, username, values, faults }: ProfilePage): Html {
  const filled = (line: Line) => {
    const value = values[line.name]
    return field({ ...line, value: typeof value === 'string' ? value : undefined, fault: faults[line.name] })
  }
  return html`<p class="lead">${lead}</p>
<p>You sign in as <strong id="username">${address(username)}</strong></p>
${form({
  base,
  sid,
  section: 'profile',
  act: 'save',
  body: html`${groups.map(({ heading, fields }) => card(heading, html`<div class="fields">${fields.map(filled)}</div>`))}
<button id="save" class="primary">Save</button>`,
})}`
}
