/** `/api/v1/admin/tenants`, only at the root tenant: the tenants of the installation. */
import { z } from 'zod'
import { accountSchema, createAccount } from '../../../identity/accounts.ts'
import { type OwnLifetimes, tenantSettingsSchema } from '../../../protocol/lifetimes.ts'
import type { Request } from '../../../protocol/request-reply.ts'
import { newSlugSchema, tenantName } from '../../../protocol/tenant-names.ts'
import { isoTime } from '../../http/iso-time.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { mailable, sendOrSay } from './links.ts'
import { page, pageOf, paging, time } from './list.ts'
import { status } from './people.ts'

/** A tenant as it is stored. */
export interface StoredTenant {
  id: string
  /** Empty for the root tenant. */
  slug: string
  name: string
  settings: Readonly<Record<string, unknown>>
  status: 'active' | 'suspended'
  createdAt: number
}

/** Changes to tenants, each by slug; false if there is no such tenant. */
export interface TenantActs {
  create(ask: { slug: string; name: string }): Promise<boolean>
  page(ask: { after?: string; limit: number }): Promise<readonly StoredTenant[]>
  find(slug: string): Promise<StoredTenant | undefined>
  set(slug: string, change: TenantChange): Promise<boolean>
  setStatus(slug: string, status: StoredTenant['status']): Promise<boolean>
}

const path = `${administrationPath}/tenants` as const
/** The slug; `root` for the root tenant. */
const oneTenant = `${path}/:id` as const

const { lifetimes } = tenantSettingsSchema.shape
const signUpEmail = z.enum(['private', 'verified', 'unverified']).describe('What the e-mail address of a registering person must be')
const secondFactor = z.enum(['optional', 'required']).describe('Whether people must sign in with a second factor')

const tenant = z
  .object({
    id: z.string().describe('Its slug, `root` for the root tenant'),
    org_id: z.string().describe('As in the tokens of the sign-in API: never changed, never reused'),
    name: z.string(),
    status,
    issuer: z.string(),
    sign_up: z.boolean().describe('Self-registration, where the deployment allows it'),
    password_grant: z.boolean().describe('The password grant, where the deployment allows it'),
    second_factor: secondFactor.nullable().describe('null: the setting of the deployment'),
    account_deletion: z.boolean().describe('People may delete their own accounts'),
    sign_up_email: signUpEmail.nullable().describe('null: the setting of the deployment'),
    lifetimes: lifetimes.unwrap().describe('Its own, in seconds; the others are those of the deployment'),
    created_at: time,
  })
  .meta({ id: 'Tenant' })

const tenantChange = z.strictObject({
  name: tenantName.optional(),
  sign_up: z.boolean().optional(),
  password_grant: z.boolean().optional(),
  second_factor: secondFactor.optional(),
  account_deletion: z.boolean().optional(),
  sign_up_email: signUpEmail.nullable().optional().describe('null: back to that of the deployment'),
  lifetimes: lifetimes.nullable().describe('In seconds, added to those set before; null: back to those of the deployment'),
})

type TenantChange = z.output<typeof tenantChange>

const access = z.enum(['invitation', 'temporary_password'])
const { username, email } = accountSchema.shape
const first = z.strictObject({ username, email, access: access.default('temporary_password') })

interface TenantSettings {
  sign_up?: boolean
  password_grant?: boolean
  second_factor?: z.output<typeof secondFactor>
  account_deletion?: boolean
  sign_up_email?: z.output<typeof signUpEmail> | null
  lifetimes?: OwnLifetimes
}

function shownTenant({ ctx }: WebTenant, { id, slug, name, settings, status, createdAt }: StoredTenant): z.input<typeof tenant> {
  const { sign_up, password_grant, second_factor = null, account_deletion, sign_up_email = null, lifetimes } = settings as TenantSettings
  return {
    id: slug || 'root',
    org_id: id,
    name,
    status,
    issuer: slug === '' ? ctx.issuer : `${ctx.issuer}/t/${slug}`,
    sign_up: sign_up !== false,
    password_grant: password_grant !== false,
    second_factor,
    account_deletion: account_deletion !== false,
    sign_up_email,
    lifetimes: lifetimes ?? {},
    created_at: isoTime(createdAt),
  }
}

const slugOf = (id: string) => (id === 'root' ? '' : id)

export function tenantRoutes(tenants: TenantActs, tenantOf: (slug: string) => Promise<WebTenant | undefined>): JsonRoute[] {
  const found = async (id: string) => (await tenants.find(slugOf(id))) ?? problem(404, 'not_found', 'there is no such tenant here')
  return [
    adminRoute(
      'tenants:read',
      { method: 'GET', path, summary: 'List tenants', query: z.strictObject(paging), answer: pageOf(tenant) },
      async ({ tenant, query }) => {
        const { after } = query
        const read = (limit: number) => tenants.page({ ...(after === undefined ? {} : { after: slugOf(after) }), limit })
        return { answer: await page(query, read, { keyOf: ({ slug }) => slug || 'root', show: (one) => shownTenant(tenant, one) }) }
      },
    ),
    creation(tenants, tenantOf),
    adminRoute(
      'tenants:read',
      { method: 'GET', path: oneTenant, summary: 'Show one tenant', answer: tenant },
      async ({ tenant, path }) => ({
        answer: shownTenant(tenant, await found(path.id)),
      }),
    ),
    adminRoute(
      'tenants:write',
      {
        method: 'PATCH',
        path: oneTenant,
        summary: 'Change a tenant: absent members stay',
        body: tenantChange,
        answer: tenant,
        act: 'tenant.change',
      },
      async ({ tenant, body, path }) => {
        await tenants.set((await found(path.id)).slug, body)
        return { answer: shownTenant(tenant, await found(path.id)), detail: { fields: Object.keys(body).join(' ') } }
      },
    ),
    adminRoute(
      'tenants:write',
      {
        method: 'PUT',
        path: `${oneTenant}/status`,
        summary: 'Suspend a tenant, which refuses all its requests, or resume it',
        body: z.strictObject({ status }),
        answer: tenant,
        act: 'tenant.status',
      },
      async ({ tenant, body, path }) => {
        if (path.id === 'root') problem(409, 'invalid_request', 'the root tenant cannot be suspended')
        await tenants.setStatus((await found(path.id)).slug, body.status)
        return { answer: shownTenant(tenant, await found(path.id)), detail: { status: body.status } }
      },
    ),
  ]
}

function creation(tenants: TenantActs, tenantOf: (slug: string) => Promise<WebTenant | undefined>): JsonRoute {
  return adminRoute(
    'tenants:write',
    {
      method: 'POST',
      path,
      summary: 'Create a tenant, with its first administrator',
      body: z.strictObject({
        id: newSlugSchema.describe('Its slug; its issuer is this one followed by /t/ and the slug'),
        name: tenantName,
        administrator: first.optional().describe('A superadmin of the new tenant'),
      }),
      answer: tenant.extend({ administrator: administrator.optional() }),
      status: 201,
      act: 'tenant.create',
    },
    async ({ tenant, request, body }) => {
      const { id: slug, name, administrator: asked } = body
      if (asked?.access === 'invitation') mailable(tenant, asked.email)
      if (!(await tenants.create({ slug, name }))) problem(409, 'invalid_request', 'a tenant with this slug exists already')
      const made = (await tenants.find(slug)) as StoredTenant
      const there = asked && (await tenantOf(slug))
      const administrator = there && (await firstAdministrator(there, request, asked))
      return { answer: { ...shownTenant(tenant, made), administrator }, target: slug }
    },
  )
}

const administrator = z.object({
  id: z.string(),
  username: z.string(),
  temporary_password: z.string().optional().describe('Shown only once'),
  invitation_sent: z.boolean().optional().describe('false: the mail server did not accept the mail; send another link later'),
})

async function firstAdministrator(
  tenant: WebTenant,
  request: Request,
  { username, email, access }: z.output<typeof first>,
): Promise<z.input<typeof administrator>> {
  const password = access === 'temporary_password' ? { text: tenant.readablePassword(), temporary: true } : undefined
  const account = await createAccount(tenant.accounts, { username, email, role: 'superadmin' }, password)
  const event = { act: 'user.create', outcome: 'success', target: account.subject, detail: { role: 'superadmin', access } } as const
  await tenant.recordAudit([event], { requestId: request.id, address: request.address })
  const told = { id: account.subject, username: account.username }
  if (password) return { ...told, temporary_password: password.text }
  return { ...told, invitation_sent: await sendOrSay(mailable(tenant, email), 'invitation', account) }
}
