/** What a tenant is called: its slug in addresses, and its name for people. */
import { z } from 'zod'
import { line } from './text.ts'

/** Part of the issuer: `/t/SLUG`. */
export const slugSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and inner hyphens')

/** Of a tenant that is made: the root tenant has this name in files and commands. */
export const newSlugSchema = slugSchema.refine((slug) => slug !== 'root', 'is reserved')

export const tenantName = line(200).describe('Shown to people')
