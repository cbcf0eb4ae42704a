/** What a person says of themselves: the standard claims — OpenID Connect Core §5.1. */
import { claimsSchema } from '../../identity/accounts.ts'
import { loginOf } from '../../identity/types.ts'
import type { Params } from '../../protocol/params.ts'
import { profilePage } from '../pages/account/profile.ts'
import { faultsOf } from './faults.ts'
import type { Outcome, Section, Visit } from './section.ts'

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
  .refine(({ birthdate }) => birthdate === undefined || isDay(birthdate), { path: ['birthdate'], error: 'is no day of the calendar' })
  .refine(({ zoneinfo }) => zoneinfo === undefined || isZone(zoneinfo), {
    path: ['zoneinfo'],
    error: 'is no time zone; write it as Europe/Paris',
  })
  .refine(({ locale }) => locale === undefined || isLanguage(locale), { path: ['locale'], error: 'is no language tag; write it as en-GB' })

/** A year alone, or a day that there is; the year 0000 stands for one that is not told. */
function isDay(text: string): boolean {
  const [year = '', ...rest] = text.split('-')
  if (rest.length === 0) return true
  const day = `${year === '0000' ? '2000' : year}-${rest.join('-')}`
  return new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) ?? false
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

/** What the form says: each claim there is a field for, undefined where it was left empty. */
function typed(params: Params): Record<string, unknown> {
  const claims = Object.fromEntries(names.map((name) => [name, params.get(name)?.trim() || undefined]))
  const address = parts.flatMap((part) => {
    const text = params.get(part)?.trim()
    return text ? [[part, text]] : []
  })
  return { ...claims, address: address.length > 0 ? Object.fromEntries(address) : undefined }
}

async function save({ room, request, account }: Visit): Promise<Outcome> {
  const claims = typed(request.params)
  const checked = schema.safeParse(claims)
  if (!checked.success)
    return { refused: { problem: 'Nothing is saved yet: please look at the fields that are marked.', faults: faultsOf(checked.error) } }
  const phone = claims['phone_number'] === account.claims['phone_number'] ? {} : { phone_number_verified: undefined }
  await room.accounts.store.accounts.changeClaims(account.subject, { ...claims, ...phone }, room.ctx.now())
  return { done: 'saved' }
}

export const profile: Section = {
  name: 'profile',
  title: 'Profile',
  summary: 'Your name and what else applications may learn of you',
  async show({ room, session, account, request }, refused) {
    const claims = refused?.act === 'save' ? typed(request.params) : account.claims
    const values = { ...claims, ...(claims['address'] as object | undefined) }
    return { body: profilePage({ base: room.base, sid: session.sid, username: loginOf(account), values, faults: refused?.faults ?? {} }) }
  },
  kept: async ({ account }) => ({ claims: account.claims }),
  acts: { save: { sensitive: false, audit: 'user.change', run: save } },
  notices: { saved: 'Your profile is saved.' },
}
