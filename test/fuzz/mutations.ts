/** Makes parts of a request hostile. */
import type { Fixture } from './fixture.ts'
import { anyToken, mutatedToken } from './identifiers.ts'
import { Raw } from './json.ts'
import type { Random } from './random.ts'
import type { Field } from './request.ts'
import { foreignHost, hostileText } from './text.ts'
import { redirectUri } from './tokens.ts'

const addresses = [
  `https://${foreignHost}/`,
  `${redirectUri}@${foreignHost}`,
  `${redirectUri}/../x`,
  `${redirectUri}#x`,
  `//${foreignHost}`,
  'javascript:xfuzz()',
  'data:text/html,x',
  'https://app.example\\@x',
  'http://[::1',
  'urn:x',
  redirectUri.toUpperCase(),
]
const rawValues = ['%', '%00', '%zz', '%ff', '%ED%A0%BD', '%0d%0aX-Fuzz:%201', '%c0%80', '+', '%', '=', '%u0041']

/** Makes one or two parameters hostile, missing or repeated, or replaces their values with a token of another kind. */
export function mutatedFields(random: Random, fixture: Fixture, fields: readonly Field[]): readonly Field[] {
  const once = mutatedOnce(random, fixture, fields)
  return random.chance(0.2) ? mutatedOnce(random, fixture, once) : once
}

function mutatedOnce(random: Random, fixture: Fixture, fields: readonly Field[]): readonly Field[] {
  if (fields.length === 0) return [[random.pick(['x', '__proto__', '', 'access_token']), hostileText(random, 'x')]]
  const at = random.below(fields.length)
  const [name, value] = fields[at]!
  const text = value instanceof Raw ? value.text : value
  const withValue = (other: string | Raw): Field[] => fields.map((one, n) => (n === at ? [name, other] : one))
  switch (random.below(12)) {
    case 0:
      return fields.filter((_, n) => n !== at)
    case 1:
      return [...fields, [name, random.pick([text, 'x', ''])]]
    case 2:
      return [...fields, [hostileText(random, name).slice(0, 2000), 'x']]
    case 3:
      return many(random, fields, name, text)
    case 4:
    case 5:
      return withValue(random.chance(0.7) ? anyToken(random, fixture) : mutatedToken(random, fixture))
    case 6:
      return withValue(new Raw(random.pick(rawValues)))
    case 7:
      return /uri|resource|target/.test(name) ? withValue(random.pick(addresses)) : withValue(hostileText(random, text))
    default:
      return withValue(hostileText(random, text))
  }
}

function many(random: Random, fields: readonly Field[], name: string, value: string): readonly Field[] {
  const repeated = random.pick([name, 'resource', 'scope', 'x'])
  const count = random.pick([2, 100, 1000, 4000])
  return [
    ...fields,
    ...Array.from({ length: count }, (_, n): Field => [repeated, random.chance(0.01) ? value.slice(0, 20) : new Raw(`a:${n}`)]),
  ]
}
