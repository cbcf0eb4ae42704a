/** What a profile offers to choose from: time zones, languages, countries — IANA time zones, BCP 47, ISO 3166-1. Made when first shown. */
import { type Html, html, type Value } from '../html.ts'

const languages =
  'ar bg bn ca cs cy da de de-AT de-CH el en en-AU en-CA en-GB en-IE en-IN en-US es es-MX et eu fa fi fil fr fr-BE fr-CA fr-CH ga gl he hi hr hu hy id is it ja ka kk ko lt lv mk ms mt nb nl nl-BE pl pt pt-BR ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi zh-CN zh-HK zh-TW'

/** Groupings and private use, which are no countries. */
const noCountries = /^(?:AC|CP|CQ|DG|EA|EU|EZ|IC|QO|TA|UN|X[ABC]|ZZ)$/

interface Option {
  value: string
  label: string
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** By continent. */
const zones = once(() =>
  Object.entries(Object.groupBy(Intl.supportedValuesOf('timeZone'), (zone) => zone.split('/')[0]!)).map(([continent, names = []]) => ({
    continent,
    options: names.map((value): Option => ({ value, label: value.split('/').slice(1).join(', ').replaceAll('_', ' ') || value })),
  })),
)

/** Each by its own name and by its English one. */
const languageOptions = once(() => {
  const english = new Intl.DisplayNames('en', { type: 'language' })
  return languages.split(' ').map((value): Option => {
    const own = new Intl.DisplayNames(value, { type: 'language' }).of(value)
    const name = english.of(value) ?? value
    return { value, label: own === undefined || own === name ? name : `${name} (${own})` }
  })
})

export const countries = once(() => {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i))
  const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => !noCountries.test(code))
  return [...new Set(codes.flatMap((code) => names.of(code) ?? []))].toSorted((a, b) => a.localeCompare(b, 'en'))
})

interface Picker {
  name: string
  label: Value
  autocomplete: string
  none: string
  value: string | undefined
  fault: string | undefined
  focus: boolean
}

/** A stored value that is not among the options stays. */
function picker({ name, label, autocomplete, none, value = '', fault, focus }: Picker, options: Html, known: boolean): Html {
  return html`<div class="field"><label for="${name}">${label}</label>
<select id="${name}" name="${name}" autocomplete="${autocomplete}"${fault !== undefined && html` aria-describedby="${name}-fault" aria-invalid="true"`}${
    focus && html` autofocus`
  }><option value="">${none}</option>${value !== '' && !known && html`<option value="${value}" selected>${value}</option>`}${options}</select>
${fault !== undefined && html`<p id="${name}-fault" class="fault">${fault}</p>`}</div>`
}

export function zonePicker(ask: Picker): Html {
  const groups = zones()
  const known = groups.some(({ options }) => options.some(({ value }) => value === ask.value))
  return picker(
    ask,
    html`${groups.map(({ continent, options }) => html`<optgroup label="${continent}">${options.map((option) => shown(option, ask.value))}</optgroup>`)}`,
    known,
  )
}

export function languagePicker(ask: Picker): Html {
  const options = languageOptions()
  const known = options.some(({ value }) => value === ask.value)
  return picker(ask, html`${options.map((option) => shown(option, ask.value))}`, known)
}

function shown({ value, label }: Option, chosen: string | undefined): Html {
  return html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`
}
