/** The profile of an account: the standard claims, and attributes of the tenant — OpenID Connect Core §5.1. */
import { z } from 'zod'
import { loginOf } from '../../identity/account.ts'
import { claimsSchema } from '../../identity/accounts.ts'
import type { Attribute, Values } from '../../identity/attributes.ts'
import { changeProfile } from '../../identity/own-profile.ts'
import { shown } from '../../identity/people.ts'
import type { Params } from '../../protocol/params.ts'
import type { WebTenant } from '../http/route.ts'
import { type ProfilePage, profilePage } from '../pages/account/profile.ts'
import { plain } from '../pages/names.ts'
import { fieldErrors } from '../sign-in/form-errors.ts'
import { isShown, textOf, typedOf, valueFaults, valuesOf } from '../sign-in/questions.ts'
import type { AccountRequest, Outcome, Refused, RefusedAction, Section } from './section.ts'

const names = [
  'name',
  'given_name',
  'middle_name',
  'family_name',
  'nickname',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'website',
  'profile',
  'picture',
] as const

const parts = ['street_address', 'locality', 'region', 'postal_code', 'country'] as const

const schema = claimsSchema
  .refine(({ birthdate }) => birthdate === undefined || isDay(birthdate), { path: ['birthdate'], error: 'is not a date' })
  .refine(({ zoneinfo }) => zoneinfo === undefined || isZone(zoneinfo), {
    path: ['zoneinfo'],
    error: 'is not a time zone; write it as Europe/Paris',
  })
  .refine(({ locale }) => locale === undefined || isLanguage(locale), {
    path: ['locale'],
    error: 'is not a language tag; write it as en-GB',
  })

/** A year, or an existing date; the year 0000, which has a 29 February, stands for one that is not given. */
function isDay(text: string): boolean {
  return !text.includes('-') || (new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) ?? false)
}

function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined
  } catch {
    return false
  }
}

function isLanguage(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}

/** The claims of the form, undefined where the field was left empty. */
function typed(params: Params): Record<string, unknown> {
  const claims = Object.fromEntries(names.map((name) => [name, params.get(name)?.trim() || undefined]))
  const address = parts.flatMap((part) => {
    const text = params.get(part)?.trim()
    return text ? [[part, text]] : []
  })
  return { ...claims, address: address.length > 0 ? Object.fromEntries(address) : undefined }
}

const marked = 'Nothing is saved yet. Please check the marked fields.'
const misfit = 'Nothing is saved yet: it is too long in total, or the fields have just changed. Please check the form again.'

/** The tenant's attributes: those that people set themselves, and the others. */
async function attributesOf({ accounts }: WebTenant): Promise<{ own: Attribute[]; others: Attribute[] }> {
  const { person = [], administrator = [] } = Object.groupBy(await accounts.store.attributes.list(), ({ writable_by }) => writable_by)
  return { own: person, others: administrator }
}

async function save({ tenant, request, account }: AccountRequest): Promise<Outcome> {
  const claims = typed(request.params)
  const checked = schema.safeParse(claims)
  const asked = request.params.words('asked') // what the form did not display is not changed
  const own = (await attributesOf(tenant)).own.filter(({ name }) => asked.includes(name))
  const values = valuesOfForm(own, request.params, account.attributes)
  const faults = { ...(checked.error && fieldErrors(checked.error)), ...valueFaults(own, values) }
  if (Object.keys(faults).length > 0) return { refused: { problem: 'attributes' in faults ? misfit : marked, faults } }
  const attributes = Object.fromEntries(own.map(({ name }) => [name, values[name]]))
  const refused = await changeProfile(tenant.accounts, account, { claims, attributes }).catch(refusedBy)
  return refused ? { refused } : { done: 'saved' }
}

/** Their values in the form; an unchanged text stands for the unchanged value. */
function valuesOfForm(own: readonly Attribute[], params: Params, kept: Values): Values {
  const texts = typedOf(own, params)
  const values = valuesOf(own, texts)
  const same = own.filter(({ name }) => name in kept && isShown(kept[name], texts[name] ?? ''))
  return { ...values, ...Object.fromEntries(same.map(({ name }) => [name, kept[name]])) }
}

function refusedBy(error: unknown): Refused {
  if (error instanceof z.ZodError) return { problem: misfit, faults: fieldErrors(error) }
  throw error
}

async function attributesShown(
  accountRequest: AccountRequest,
  refused: RefusedAction | undefined,
): Promise<Pick<ProfilePage, 'asked' | 'texts' | 'readOnly'>> {
  const { tenant, request, account } = accountRequest
  const { own, others } = await attributesOf(tenant)
  const kept = (list: readonly Attribute[]) => Object.fromEntries(list.map(({ name }) => [name, textOf(account.attributes[name])]))
  const texts = refused?.act === 'save' ? typedOf(own, request.params) : kept(own)
  return { asked: own, texts, readOnly: others.map((question) => ({ question, value: account.attributes[question.name] })) }
}

export const profile: Section = {
  name: 'profile',
  title: 'Profile',
  summary: 'Your name and what else applications may learn about you',
  async show(accountRequest, refused) {
    const { tenant, session, account, request } = accountRequest
    const claims = refused?.act === 'save' ? typed(request.params) : account.claims
    const values = { ...claims, ...(claims['address'] as object | undefined) }
    const context = { base: tenant.base, sid: session.sid, tenant: tenant.ctx.tenant.name, username: loginOf(account) }
    const attributes = await attributesShown(accountRequest, refused)
    return { body: profilePage({ ...context, values, ...attributes, faults: refused?.faults ?? {} }) }
  },
  state: async ({ account }) => ({ text: plain(shown(account).name) }),
  personalData: async ({ account }) => ({ claims: account.claims }),
  actions: { save: { sensitive: false, audit: 'user.change', run: save } },
  notices: { saved: 'Your profile is saved.' },
}
