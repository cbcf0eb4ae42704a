/** `/api/v1/admin/tenants`, only at the root tenant: the tenants of the installation. */
import { z } from 'zod'
import { accountSchema, createAccount } from '../../../identity/accounts.ts'
import type { Request } from '../../../protocol/request-reply.ts'
import {
  newSlugSchema,
  settingsChangeSchema,
  type TenantChange,
  type TenantOwnSettings,
  tenantNameSchema,
  tenantSettings,
  tenantSettingsSchema,
} from '../../../protocol/tenant-settings.ts'
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

/** What these routes do with the tenants of the installation. Each acts on the tenant of a slug, and is false when there is none. */
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

/** Its settings, in the answer null where the deployment decides. */
const settings = Object.entries(tenantSettingsSchema.shape).map(([name, schema]) => {
  const answer = schema instanceof z.ZodDefault ? schema.unwrap() : schema.unwrap().nullable()
  return [name, answer.describe(`${schema.description}${schema instanceof z.ZodDefault ? '' : '; null: as the deployment sets it'}`)]
})

const tenant = z
  .object({
    id: z.string().describe('Its slug, `root` for the root tenant'),
    org_id: z.string().describe('As in the tokens of the sign-in API: never changed, never reused'),
    name: z.string(),
    status,
    issuer: z.string(),
    ...(Object.fromEntries(settings) as Record<keyof TenantOwnSettings, z.ZodType>),
    created_at: time,
  })
  .meta({ id: 'Tenant' })

const tenantChange = z.strictObject({ name: tenantNameSchema.optional(), ...settingsChangeSchema.shape })

const access = z.enum(['invitation', 'temporary_password'])
const { username, email } = accountSchema.shape
const first = z.strictObject({ username, email, access: access.default('temporary_password') })

function shownTenant({ ctx }: WebTenant, { id, slug, name, settings, status, createdAt }: StoredTenant): z.input<typeof tenant> {
  const names = Object.keys(tenantSettingsSchema.shape) as (keyof TenantOwnSettings)[]
  const own = tenantSettings(settings)
  return {
    id: slug || 'root',
    org_id: id,
    name,
    status,
    issuer: slug === '' ? ctx.issuer : `${ctx.issuer}/t/${slug}`,
    ...(Object.fromEntries(names.map((member) => [member, own[member] ?? null])) as Record<keyof TenantOwnSettings, unknown>),
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
        await tenants.set((await found(path.id)).slug, body as TenantChange)
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
        name: tenantNameSchema,
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
  const created = { id: account.subject, username: account.username }
  if (password) return { ...created, temporary_password: password.text }
  return { ...created, invitation_sent: await sendOrSay(mailable(tenant, email), 'invitation', account) }
}
