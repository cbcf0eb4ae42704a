/** Standard claims and the scopes that ask for them — OpenID Connect Core §5.1, §5.4. */

/** What is known about a subject, by claim name. */
export type SubjectClaims = Readonly<Record<string, unknown>>

export const claimsOfScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** All of OpenID Connect Core §5.1, besides `sub`. */
export const standardClaims: readonly string[] = Object.values(claimsOfScope).flat()

/** The claims that these scopes ask for, of all that is known about a subject. */
export function claimsFor(scope: readonly string[], known: SubjectClaims): Record<string, unknown> {
  const names = scope.flatMap((s) => claimsOfScope[s] ?? [])
  return Object.fromEntries(names.filter((n) => known[n] !== undefined).map((n) => [n, known[n]]))
}
