/** Constraints that a superior puts on everything below it — OpenID Federation 1.0 §6.2. */
import { isJsonObject } from '../codec/json.ts'
import { refuse } from '../errors.ts'

export interface Constraints {
  /** How many intermediates may be between the superior and the subject of a chain. */
  maxPathLength: number | undefined
  /** Hosts, and domains that begin with a period. */
  permitted: readonly string[] | undefined
  excluded: readonly string[]
  /** Entity types besides `federation_entity`, which is always allowed. */
  allowedEntityTypes: readonly string[] | undefined
}

const maxNames = 200

/** Other members are ignored. §6.2 */
export function readConstraints(value: unknown): Constraints {
  const malformed = 'constraints of an entity statement are malformed'
  if (!isJsonObject(value)) return refuse('invalid_trust_chain', malformed)
  const { max_path_length: length, naming_constraints: naming = {}, allowed_entity_types: types } = value
  if (length !== undefined && !(Number.isSafeInteger(length) && (length as number) >= 0)) refuse('invalid_trust_chain', malformed) // §6.2.1
  if (!isJsonObject(naming)) return refuse('invalid_trust_chain', malformed)
  const { permitted, excluded } = naming
  if (![permitted, excluded, types].every((list) => list === undefined || isNameList(list))) refuse('invalid_trust_chain', malformed)
  if ((types as string[] | undefined)?.includes('federation_entity')) refuse('invalid_trust_chain', malformed) // §6.2.3
  return {
    maxPathLength: length as number | undefined,
    permitted: permitted as string[] | undefined,
    excluded: (excluded as string[] | undefined) ?? [],
    allowedEntityTypes: types as string[] | undefined,
  }
}

function isNameList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= maxNames && value.every((name) => typeof name === 'string' && name !== '')
}

/**
 * Refuses a chain that breaks the constraints of one of its statements. `below`: the entities under the issuer of that statement, the subject of
 * the chain first.
 */
export function checkConstraints({ maxPathLength, permitted, excluded }: Constraints, below: readonly string[]): void {
  if (maxPathLength !== undefined && below.length - 1 > maxPathLength)
    refuse('invalid_trust_chain', 'the trust chain is longer than max_path_length of a superior allows') // §6.2.1
  for (const entity of below) {
    const host = new URL(entity).hostname.toLowerCase()
    const isIn = (names: readonly string[]) => names.some((name) => isWithin(host, name.toLowerCase()))
    if (isIn(excluded) || (permitted && !isIn(permitted)))
      refuse('invalid_trust_chain', 'naming_constraints of a superior do not allow an entity of the trust chain') // §6.2.2
  }
}

/** A name with a period in front stands for every host below it, and not for the domain itself. RFC 5280 §4.2.1.10 */
function isWithin(host: string, name: string): boolean {
  return name.startsWith('.') ? host.endsWith(name) : host === name
}

/** Metadata without the entity types that a superior does not allow. §6.2.3 */
export function allowedTypes<T>(metadata: Readonly<Record<string, T>>, { allowedEntityTypes }: Constraints): Readonly<Record<string, T>> {
  const isAllowed = (type: string) => type === 'federation_entity' || (allowedEntityTypes?.includes(type) ?? true)
  return Object.fromEntries(Object.entries(metadata).filter(([type]) => isAllowed(type)))
}
