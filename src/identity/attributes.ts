/** Attributes of accounts that a tenant defines, and their allowed values — OpenID Connect Core §5.1.2. */
import { z } from 'zod'
import { reservedClaims } from '../protocol/claim-sources.ts'
import { standardClaims } from '../protocol/claims.ts'
import { isCleanText, line, text } from '../protocol/text.ts'

/** In one tenant. */
export const maxAttributes = 50
/** All values of one account as JSON, in characters. */
const longestValues = 16_384
const longest = 200
const maxItems = 20

/** Members of accounts in our responses and files. */
const members = 'id sub username email password role roles status claims attributes groups org_id created_at updated_at last_login_at'
/** Claims and members that already have a meaning. */
const taken = new Set([...standardClaims, ...reservedClaims, ...members.split(' ')])

/** Members that apply only to some types. */
const bounds = { values: ['enum'], max_length: ['string', 'list'], max_items: ['list'], min: ['number'], max: ['number'] } as const

export const attributeSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be 1 to 40 lower-case letters, digits and _, a letter first')
      .describe('Its name in files, requests and tokens; never changed'),
    title: line(80).optional().describe('Shown to people; the name when absent'),
    description: text(300).optional().describe('Explanation for people who fill it in'),
    type: z.enum(['string', 'number', 'boolean', 'date', 'enum', 'list']).describe('list: of texts'),
    required: z.boolean().default(false).describe('Every account has it'),
    writable_by: z.enum(['administrator', 'person']).default('administrator').describe('person: the person, and administrators'),
    scope: z
      .string()
      .regex(/^[a-z][a-z0-9_.-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits and _.-, a letter first') // no colon, so none of the administration API's
      .optional()
      .describe('Scope that requests it: profile, or one of its own; absent: none'),
    claim: z
      .string()
      .regex(/^[\x21-\x7e]{1,100}$/, 'must be 1 to 100 visible ASCII characters')
      .optional()
      .describe('Claim that carries it at UserInfo; absent: its name'),
    values: z.array(line(100)).min(1).max(200).optional().describe('enum: the allowed values'),
    max_length: z.int().min(1).max(2000).optional().describe(`string, and each entry of a list: characters; absent: ${longest}`),
    max_items: z.int().min(1).max(100).optional().describe(`list: entries; absent: ${maxItems}`),
    min: z.number().optional().describe('number: the minimum'),
    max: z.number().optional().describe('number: the maximum'),
  })
  .superRefine((attribute, check) => {
    const problem = (path: string, message: string) => check.addIssue({ code: 'custom', path: [path], message })
    const { name, type, scope, claim, values, min, max } = attribute
    if (taken.has(name)) problem('name', 'has a meaning already')
    if (claim !== undefined && taken.has(claim)) problem('claim', 'has a meaning already')
    if (claim !== undefined && scope === undefined) problem('scope', 'is needed beside claim')
    if (type === 'enum' && values === undefined) problem('values', 'is missing')
    for (const [bound, types] of Object.entries(bounds))
      if (attribute[bound as keyof typeof bounds] !== undefined && !(types as readonly string[]).includes(type))
        problem(bound, `is only for ${types.join(' and ')}`)
    if (min !== undefined && max !== undefined && min > max) problem('max', 'must not be less than min')
  })
export type Attribute = z.output<typeof attributeSchema>
export type NewAttribute = z.input<typeof attributeSchema>

/** By name. Lists are lists of texts. */
export type Values = Readonly<Record<string, unknown>>

/** Is it no deeper than a list of texts? Whether its attribute allows it is for `checkValues` to say. */
export function isShallow(value: unknown): boolean {
  const isScalar = (one: unknown) => typeof one !== 'object' || one === null
  return isScalar(value) || Object.values(value as object).every(isScalar)
}

/** The result of defining an attribute: how many accounts break it, with the user names of some. */
export type Defined = 'defined' | { broken: number; examples: string[] }

/** Each is one atomic act. Stored accounts fit the schema at every moment. */
export interface AttributeStore {
  /** In order of name. */
  list(): Promise<Attribute[]>
  /** Adds an attribute, or replaces the one of this name. Nothing is changed when an account breaks it. Throws `ZodError`. */
  define(attribute: Attribute): Promise<Defined>
  /** With its values in all accounts. Returns how many accounts had one; undefined when there is no such attribute. */
  remove(name: string): Promise<number | undefined>
}

/** Dependencies of changing the schema. `scopes`: those the server itself defines. */
export interface AttributeDeps {
  store: { attributes: AttributeStore }
  scopes: Readonly<Record<string, string>>
}

/** Defines an attribute, or changes the one of this name. Throws `ZodError`. */
export async function defineAttribute({ store, scopes }: AttributeDeps, input: NewAttribute): Promise<Defined> {
  const attribute = attributeSchema.parse(input)
  const { scope } = attribute
  if (scope !== undefined && scope !== 'profile' && scope in scopes)
    throw issue(['scope'], 'has a meaning already; take profile, or one of its own')
  return store.attributes.define(attribute)
}

/** These attributes with this one added or replaced. Throws `ZodError` when they conflict. */
export function withAttribute(attributes: readonly Attribute[], attribute: Attribute): Attribute[] {
  const others = attributes.filter(({ name }) => name !== attribute.name)
  if (others.length >= maxAttributes) throw issue(['name'], `must be one of at most ${maxAttributes}`)
  const claim = claimOf(attribute)
  if (attribute.scope !== undefined && others.some((other) => other.scope !== undefined && claimOf(other) === claim))
    throw issue(['claim'], 'is that of another attribute')
  return [...others, attribute].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Throws a `ZodError` that names each attribute that is missing, unknown, or has a value that is not allowed. */
export function checkValues(attributes: readonly Attribute[], values: Values): void {
  const issues = attributes.flatMap((attribute) => {
    if (fits(attribute, values)) return []
    return issue(['attributes', attribute.name], Object.hasOwn(values, attribute.name) ? ruleOf(attribute) : 'is missing').issues
  })
  const unknown = Object.keys(values).filter((name) => !attributes.some((attribute) => attribute.name === name))
  issues.push(...unknown.flatMap((name) => issue(['attributes', name], 'is not known here').issues))
  if (JSON.stringify(values).length > longestValues)
    issues.push(...issue(['attributes'], `must not be longer than ${longestValues} characters as JSON`).issues)
  if (issues.length > 0) throw new z.ZodError(issues)
}

/** Throws a `ZodError` when a person sets an attribute that only administrators may set. */
export function checkWriter(attributes: readonly Attribute[], names: readonly string[]): void {
  const closed = attributes.filter(({ name, writable_by }) => writable_by !== 'person' && names.includes(name))
  if (closed.length > 0)
    throw new z.ZodError(closed.flatMap(({ name }) => issue(['attributes', name], 'is for administrators to write').issues))
}

/** Throws a `ZodError` unless a person may set these values on their own account. */
export function checkOwn(attributes: readonly Attribute[], values: Values): void {
  checkWriter(attributes, Object.keys(values))
  checkValues(attributes, values)
}

/**
 * `asked`: attributes that a person must fill in at sign-up. `closedBy`: names of required attributes that only administrators may set,
 * which close self-registration.
 */
export function signUpAttributes(attributes: readonly Attribute[]): { asked: Attribute[]; closedBy: string[] } {
  const { person = [], administrator = [] } = Object.groupBy(
    attributes.filter(({ required }) => required),
    ({ writable_by }) => writable_by,
  )
  return { asked: person, closedBy: administrator.map(({ name }) => name) }
}

/** Is its value among these allowed? */
export function fits(attribute: Attribute, all: Values): boolean {
  const { name, type, required, values = [], max_length = longest, max_items = maxItems, min, max } = attribute
  const isText = (one: unknown) => typeof one === 'string' && one.trim() !== '' && one.length <= max_length && isCleanText(one)
  if (!Object.hasOwn(all, name)) return !required
  const value = all[name]
  switch (type) {
    case 'string':
      return isText(value)
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && value >= (min ?? value) && value <= (max ?? value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'date':
      return z.iso.date().safeParse(value).success
    case 'enum':
      return typeof value === 'string' && values.includes(value)
    case 'list':
      return Array.isArray(value) && value.length > 0 && value.length <= max_items && value.every(isText)
  }
}

/** The rule for its value, worded to follow its name. */
function ruleOf({ type, values = [], max_length = longest, max_items = maxItems, min, max }: Attribute): string {
  const texts = `of 1 to ${max_length} characters`
  switch (type) {
    case 'string':
      return `must be text ${texts}`
    case 'number':
      return ['must be a number', ...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])].join(
        ', ',
      )
    case 'boolean':
      return 'must be true or false'
    case 'date':
      return 'must be a date such as 2031-05-01'
    case 'enum':
      return `must be one of ${values.join(', ')}`
    case 'list':
      return `must be a list of 1 to ${max_items} texts ${texts}`
  }
}

/** The claim that carries it. */
export function claimOf({ claim, name }: Attribute): string {
  return claim ?? name
}

/** Scopes that attributes define, in words for the consent page. */
export function scopesOfAttributes(attributes: readonly Attribute[]): Record<string, string> {
  const own = Map.groupBy(attributes, ({ scope }) => scope)
  const words = [...own].flatMap(([scope, of]) =>
    scope === undefined || scope === 'profile' ? [] : [[scope, `See about you: ${of.map(({ title, name }) => title ?? name).join(', ')}`]],
  )
  return Object.fromEntries(words)
}

function issue(path: string[], message: string): z.ZodError {
  return new z.ZodError([{ code: 'custom', path, message, input: undefined }])
}
