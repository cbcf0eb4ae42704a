/** What a provider tells of a person, as claims of ours: by the names of the connection, and no more than it may fill. */
import { emailAddress } from '../protocol/email-address.ts'
import type { UpstreamPerson } from './authorization.ts'
import { type ConnectionMetadata, mappedClaims, settingsOf } from './connection.ts'

const addressSchema = emailAddress()

export interface UpstreamProfile {
  /** Only if the provider says that the address is the person's. */
  email: string | undefined
  /** Texts, not checked yet. */
  claims: Readonly<Record<string, string>>
  /** Counts as a second factor here. */
  multiFactor: boolean
}

export function profileOf(connection: ConnectionMetadata, { claims }: UpstreamPerson): UpstreamProfile {
  const { claims: names } = settingsOf(connection)
  const told = (name: string) => claims[names[name] ?? name]
  const email = told('email')
  const verified = told('email_verified')
  const texts = mappedClaims.flatMap((name) => {
    const value = told(name)
    return name !== 'email' && typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as const] : []
  })
  const isTheirs = addressSchema.safeParse(email).success && [true, 'true', 1, '1'].some((yes) => yes === verified) // as Apple and Entra write it
  return {
    email: isTheirs ? (email as string) : undefined,
    claims: Object.fromEntries(texts),
    multiFactor: isMultiFactor(connection, claims),
  }
}

function isMultiFactor({ sign_in }: ConnectionMetadata, { acr, amr }: UpstreamPerson['claims']): boolean {
  const methods = Array.isArray(amr) ? amr : []
  return (typeof acr === 'string' && sign_in.acr_values.includes(acr)) || methods.some((one) => sign_in.amr_values.includes(String(one)))
}
