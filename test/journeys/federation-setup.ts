/** What tests of federations share. */
import type { Tenant } from '../../src/tenant.ts'
import type { TestApp } from '../app.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was signed
export type Claims = Record<string, any>

/** What is at a path of the federation endpoints, with the claims of a JWT. */
export async function fetched(url: string, init?: RequestInit) {
  const answer = await fetch(url, init)
  const type = answer.headers.get('content-type') ?? ''
  const text = await answer.text()
  return {
    status: answer.status,
    type,
    text,
    claims: type.endsWith('+jwt') ? claimsOf(text) : {},
    body: type.includes('json') ? JSON.parse(text) : {},
  }
}

export function claimsOf(jwt: string): Claims {
  return JSON.parse(Buffer.from(jwt.split('.')[1] as string, 'base64url').toString())
}

/** The root tenant takes part in federations. */
export async function joined(gatehouse: TestApp): Promise<Tenant> {
  await gatehouse.app.tenants.set('', { federation: true })
  return (await gatehouse.app.tenant('')) as Tenant
}

/** What an entity is to a tenant, unless a test says more. */
export const usual = { entity_types: [], intermediate: false, trust_mark_types: [], trust_marks: [], delegations: [] }
