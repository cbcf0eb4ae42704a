/** Distinguished names as text — RFC 4514 — and their comparison — RFC 5280 §7.1. */

/** An attribute of a subject. */
export interface NameAttribute {
  /** Dotted decimal OID. */
  type: string
  /** Undefined when its value is not a character string. */
  text: string | undefined
  /** The DER encoding of the value, in lower-case hexadecimal. */
  der: string
}

/** Relative names, each a set of attributes, in the order of the certificate: from the root of the directory. RFC 5280 §4.1.2.4 */
export type SubjectName = readonly (readonly NameAttribute[])[]

/** What an attribute must be: this text, or these bytes. */
type Expected = { type: string } & ({ text: string } | { der: string })

/** A name that a subject is compared with, in the order of the certificate. */
export type ExpectedName = readonly (readonly Expected[])[]

/** The short names of RFC 4514 §3, and those that certificates of businesses use. In lower case. */
const types = new Map(
  Object.entries({
    cn: '2.5.4.3',
    sn: '2.5.4.4',
    serialnumber: '2.5.4.5',
    c: '2.5.4.6',
    l: '2.5.4.7',
    st: '2.5.4.8',
    street: '2.5.4.9',
    o: '2.5.4.10',
    ou: '2.5.4.11',
    title: '2.5.4.12',
    businesscategory: '2.5.4.15',
    postalcode: '2.5.4.17',
    givenname: '2.5.4.42',
    dnqualifier: '2.5.4.46',
    organizationidentifier: '2.5.4.97',
    uid: '0.9.2342.19200300.100.1.1',
    dc: '0.9.2342.19200300.100.1.25',
    emailaddress: '1.2.840.113549.1.9.1',
    jurisdictionl: '1.3.6.1.4.1.311.60.2.1.1',
    jurisdictionst: '1.3.6.1.4.1.311.60.2.1.2',
    jurisdictionc: '1.3.6.1.4.1.311.60.2.1.3',
  }),
)

/** One attribute and what follows it. Spaces around separators are no part of a value. RFC 4514 §3 */
const attribute =
  / *(?<type>[a-z][a-z\d-]*|\d+(?:\.\d+)+) *= *(?:#(?<hex>(?:[\da-f]{2})+)|(?<value>(?!#)(?:\\(?:[\da-f]{2}|[\\"+,;<> #=])|[^\\"+,;<>\0])*?)) *(?<end>[,+]|$)/giy

/** Undefined when it is no distinguished name, or an empty one, or names an attribute by a word that is not known here. */
export function parseDistinguishedName(text: string): ExpectedName | undefined {
  const found = [...text.matchAll(attribute)].map(({ groups }) => ({ expected: readAttribute(groups ?? {}), end: groups?.['end'] }))
  if (found.at(-1)?.end !== '') return undefined
  const names: Expected[][] = [[]]
  for (const { expected, end } of found) {
    if (!expected) return undefined
    names.at(-1)?.push(expected)
    if (end === ',') names.push([])
  }
  return names.toReversed() // §2.1: the text begins at the end
}

function readAttribute({ type = '', hex, value = '' }: Readonly<Record<string, string | undefined>>): Expected | undefined {
  const oid = /^\d/.test(type) ? type : types.get(type.toLowerCase())
  if (oid === undefined) return undefined
  if (hex !== undefined) return { type: oid, der: hex.toLowerCase() }
  const text = unescaped(value)
  return text === undefined ? undefined : { type: oid, text }
}

/** §2.4: each pair is a character, or a byte of its UTF-8 encoding. Undefined: the bytes are no UTF-8. */
function unescaped(value: string): string | undefined {
  const parts = value.match(/\\[\da-f]{2}|\\.|[^\\]+/gi) ?? []
  const bytes = parts.map((part) => {
    if (!part.startsWith('\\')) return Buffer.from(part)
    return part.length === 3 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part.slice(1))
  })
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes))
  } catch {
    return undefined
  }
}

/** The same relative names in the same order, in each the same attributes in any order. RFC 5280 §7.1 */
export function isName(expected: ExpectedName, subject: SubjectName): boolean {
  return expected.length === subject.length && expected.every((relative, i) => isSameSet(relative, subject[i] ?? []))
}

function isSameSet(expected: readonly Expected[], found: readonly NameAttribute[]): boolean {
  return (
    expected.length === found.length &&
    expected.every((one) => found.some((other) => isSame(one, other))) &&
    found.every((other) => expected.some((one) => isSame(one, other)))
  )
}

function isSame(expected: Expected, { type, text, der }: NameAttribute): boolean {
  if (expected.type !== type) return false
  return 'der' in expected ? expected.der === der : text !== undefined && prepared(expected.text) === prepared(text)
}

/** Without regard to case and to the number of spaces. RFC 4518 §2 */
function prepared(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim()
}
