/** Every number in the documents is one of the code: the sentence is in the table of facts, with the number that the code has today. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manageableRoles, roles } from '../src/identity/roles.ts'
import { documents, proseOf, textOf } from './documents.ts'
import { facts, others } from './facts.ts'

/** What was released is history. */
const current = documents.filter((path) => path !== 'CHANGELOG.md')

for (const path of current) {
  const sentences = (facts[path] ?? []).map(([sentence, ...values]) => filled(sentence, values))

  test(`${path} states ${sentences.length} facts as the code has them`, () => {
    const whole = textOf(path).replace(/\s+/g, ' ')
    assert.deepEqual(
      sentences.filter((sentence) => !whole.includes(sentence)),
      [],
    )
  })

  test(`${path} has no number that is not in the table of facts`, () => {
    const prose = [...sentences, ...others].reduce((rest, sentence) => rest.replaceAll(sentence, ''), proseOf(path).replace(/ +/g, ' '))
    assert.deepEqual(withoutNames(prose).match(/.{0,40}\b\d[\d.,]*\b.{0,20}/g) ?? [], [])
  })

  test(`${path} writes times as numerals`, () => {
    // Not "a second", which is nearly always a second factor.
    const words =
      /\b(?!a second\b)(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|half an?|quarter of an?) (?:second|minute|hour|day|week|month|year)s?\b/gi
    assert.deepEqual(proseOf(path).match(words) ?? [], [])
  })
}

test('every fact is about a document', () => {
  assert.deepEqual(
    Object.keys(facts).filter((path) => !current.includes(path)),
    [],
  )
})

test('the table of roles says whose accounts each may change', () => {
  const rows = [...textOf('docs/guide/administration.md').matchAll(/^\| `(\w+)` \|.*\| ([^|]+) \|$/gm)]
  const told = rows.map(([, role, reach]) => [role, reach])
  const all = (reach: readonly string[]) =>
    reach.length === roles.length ? 'All' : reach.map((role) => `\`${role}\``).join(', ') || 'None'
  assert.deepEqual(
    told,
    roles.map((role) => [role, all(manageableRoles(role))]),
  )
})

function filled(sentence: string, values: readonly (number | string)[]): string {
  const rest = [...values]
  return sentence.replace(/\{\}/g, () => {
    const value = rest.shift()
    return typeof value === 'number' ? value.toLocaleString('en-US') : String(value)
  })
}

/** Without names that have numbers in them: specifications, algorithms, addresses, HTTP status codes, what stands in code, numbered steps. */
function withoutNames(prose: string): string {
  return prose
    .replace(/`[^`]*`/g, '')
    .replace(/\]\([^)]*\)|https?:\S+/g, '')
    .replace(/(?:^| )(?:#+ )?\d+\. (?=[*[]*[A-Z])/g, ' ')
    .replace(
      /\bRFC \d+|\bdraft \d+|§[\d.]+|\bSP 800-63B-4|\b(?:OAuth|OpenAPI|Apache|FAPI)[ -]\d\.\d|\b(?:SHA|AES)-\d+(?:-GCM)?|\bIPv6 \/64/g,
      '',
    )
    .replace(/\b(?:Spring Boot|Spring Security|Boot|Auth\.js|NextAuth\.js) \d\b/g, '')
    .replace(/\b(?:20[124]|303|4[0-3]\d|503)\b/g, '')
}
