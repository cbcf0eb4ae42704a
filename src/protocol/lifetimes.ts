/** How long things live, in seconds: what a deployment sets, and a tenant may set for itself. */
import { z } from 'zod'

const seconds = (least: number, most: number) => z.int().min(least).max(most)

/** As a deployment sets them. */
export const lifetimeFields = {
  flow: seconds(60, 86_400).default(1800).describe('One visit to the sign-in pages, in seconds'),
  code: seconds(1, 600).default(60).describe('Authorization code, in seconds'),
  access_token: seconds(1, 86_400).default(3600).describe('Access token, in seconds, where neither client nor resource says otherwise'),
  id_token: seconds(1, 86_400).default(3600).describe('ID token, in seconds, where the client does not say otherwise'),
  refresh_token: seconds(1, 31_536_000).default(2_592_000).describe('Refresh token, in seconds, where the client does not say otherwise'),
  refresh_grace: seconds(0, 60).default(10).describe('How many seconds a used refresh token still answers a repeated request'),
  session_idle: seconds(60, 2_592_000).default(3600).describe('A browser session that is not used, in seconds'),
  session_absolute: seconds(60, 2_592_000).default(86_400).describe('A browser session at the longest, in seconds'),
}

type LifetimeName = keyof typeof lifetimeFields
const ownLifetimes = Object.entries(lifetimeFields).map(([name, field]) => [
  name,
  field
    .unwrap()
    .optional()
    .describe(field.description ?? ''),
])

/** What a tenant may set for itself; what it does not is as the deployment sets it. */
export const tenantSettingsSchema = z.strictObject({
  lifetimes: z.strictObject(Object.fromEntries(ownLifetimes) as Record<LifetimeName, z.ZodOptional<z.ZodNumber>>).optional(),
})
export type OwnLifetimes = z.infer<typeof tenantSettingsSchema>['lifetimes']
