/** Attributes of Keycloak's users: which are standard claims, and which the tenant defines for the others. */
import { attributeSchema, type NewAttribute } from '../identity/attributes.ts'

/** What cannot come, or comes changed. `of`: what has it, such as `user ada`. */
export interface Note {
  of: string
  detail: string
}

/** The attributes that hold roles here, each a list. */
export const realmRoles = 'realm_roles'
export const clientRoles = 'client_roles'

/** As the mappers of Keycloak's scopes `profile` and `phone` read them. */
const standard: Readonly<Record<string, string>> = {
  ...{ middleName: 'middle_name', nickname: 'nickname', profile: 'profile', picture: 'picture', website: 'website', gender: 'gender' },
  ...{
    birthdate: 'birthdate',
    zoneinfo: 'zoneinfo',
    locale: 'locale',
    phoneNumber: 'phone_number',
    phoneNumberVerified: 'phone_number_verified',
  },
}
/** As the mapper of the scope `address` reads them. */
export const addressParts: Readonly<Record<string, string>> = {
  ...{
    street: 'street_address',
    locality: 'locality',
    region: 'region',
    postal_code: 'postal_code',
    country: 'country',
    formatted: 'formatted',
  },
}

export function standardClaimOf(attribute: string): string | undefined {
  return Object.hasOwn(standard, attribute) ? standard[attribute] : undefined
}

/** `costCenter` → `cost_center`. */
export function attributeNameOf(attribute: string): string {
  const words = attribute.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  return words.replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '')
}

/** What the users of a realm have, learned user by user. */
export interface Found {
  see(attributes: Readonly<Record<string, readonly string[]>>): void
  /** The attributes to define, by their names in Keycloak; and those that cannot be. `roles`: names of those that hold roles. */
  attributes(roles: readonly string[]): { defined: ReadonlyMap<string, NewAttribute>; notes: Note[] }
}

const longestText = 2000
const longestList = 100

export function foundAttributes(): Found {
  const isList = new Map<string, boolean>()
  return {
    see(attributes) {
      for (const [name, values] of Object.entries(attributes)) isList.set(name, isList.get(name) === true || values.length > 1)
    },
    attributes(roles) {
      const defined = new Map<string, NewAttribute>()
      const notes: Note[] = []
      const used = new Set<string>()
      for (const role of roles) isList.set(role, true)
      for (const [name, many] of [...isList].sort()) {
        const attribute = {
          name: attributeNameOf(name),
          ...(many
            ? ({ type: 'list', max_length: longestText, max_items: longestList } as const)
            : ({ type: 'string', max_length: longestText } as const)),
        }
        const problem = attributeSchema.safeParse(attribute).error?.issues[0]
        if (!problem && !used.has(attribute.name)) defined.set(name, attribute)
        else
          notes.push({ of: `attribute ${name}`, detail: problem ? `its name ${problem.message}` : `another is called ${attribute.name}` })
        used.add(attribute.name)
      }
      return { defined, notes }
    },
  }
}
