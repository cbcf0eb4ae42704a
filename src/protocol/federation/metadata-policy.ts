/** Metadata policies: read, merged from the anchor down, and applied to the metadata of a subject — OpenID Federation 1.0 §6.1. */
import { isJsonObject } from '../codec/json.ts'
import { refuse } from '../errors.ts'
import { checkCombination, isEqual, type OperatorName, operatorNames, operators, type ParameterPolicy } from './policy-operators.ts'

/** By entity type, then by metadata parameter. */
export type MetadataPolicy = ReadonlyMap<string, ReadonlyMap<string, ParameterPolicy>>

/** What an operator made of a metadata parameter. undefined: the parameter was or is absent. */
export interface PolicyChange {
  type: string
  parameter: string
  operator: OperatorName
  before: unknown
  after: unknown
}

type Metadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const malformed = 'metadata_policy must name operators for each parameter of each entity type, with values that they can have'

/** Operators that are not standard are ignored, unless they are critical: then the statement was refused before. §6.1.3.2 */
export function readPolicy(value: unknown): MetadataPolicy {
  return new Map(
    membersOf(value).map(([type, parameters]) => {
      const policies = membersOf(parameters).map(([parameter, given]) => [parameter, readParameter(parameter, given)] as const)
      return [type, new Map(policies)]
    }),
  )
}

function membersOf(value: unknown): [string, unknown][] {
  return isJsonObject(value) ? Object.entries(value) : refuse('invalid_metadata', malformed)
}

function readParameter(parameter: string, given: unknown): ParameterPolicy {
  const known = membersOf(given).flatMap(([name, value]) => {
    const operator = operatorNames.find((one) => one === name)
    if (!operator) return []
    const read = operator === 'essential' ? value : listed(parameter, value)
    return operators[operator].takes(read) ? [[operator, read] as const] : refuse('invalid_metadata', malformed)
  })
  const policy = Object.fromEntries(known)
  checkCombination(policy)
  return policy
}

/** `scope` is a list of words to every operator. §6.1.3.1.8 */
function listed(parameter: string, value: unknown): unknown {
  return parameter === 'scope' && typeof value === 'string' ? value.split(' ').filter(Boolean) : value
}

/** The policy of a superior, made stricter by that of its subordinate. Refuses contradictions. §6.1.4.1 */
export function mergePolicies(superior: MetadataPolicy, subordinate: MetadataPolicy): MetadataPolicy {
  return mergedMaps(superior, subordinate, (one, other) => mergedMaps(one, other, mergeParameters))
}

function mergedMaps<T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>, merge: (one: T, other: T) => T): ReadonlyMap<string, T> {
  const all = new Map(one)
  for (const [name, value] of other) {
    const before = all.get(name)
    all.set(name, before === undefined ? value : merge(before, value))
  }
  return all
}

function mergeParameters(superior: ParameterPolicy, subordinate: ParameterPolicy): ParameterPolicy {
  const both = operatorNames.filter((name) => Object.hasOwn(superior, name) && Object.hasOwn(subordinate, name))
  const merged = both.map((name) => [name, operators[name].merge(superior[name], subordinate[name])] as const)
  const policy = { ...superior, ...subordinate, ...Object.fromEntries(merged) }
  checkCombination(policy)
  return policy
}

/** Metadata of entity types that the subject does not have is not created. §6.1.4.2 */
export function applyPolicy(metadata: Metadata, policy: MetadataPolicy): { metadata: Metadata; changes: readonly PolicyChange[] } {
  const changes: PolicyChange[] = []
  const types = Object.entries(metadata).map(([type, parameters]) => {
    const resolved = new Map(Object.entries(parameters))
    for (const [parameter, operatorsOf] of policy.get(type) ?? []) {
      const { value, steps } = applyParameter(parameter, resolved.get(parameter), operatorsOf)
      changes.push(...steps.map((step) => ({ type, parameter, ...step })))
      if (value === undefined) resolved.delete(parameter)
      else resolved.set(parameter, value)
    }
    return [type, Object.fromEntries(resolved)] as const
  })
  return { metadata: Object.fromEntries(types), changes }
}

type Step = Pick<PolicyChange, 'operator' | 'before' | 'after'>

function applyParameter(parameter: string, given: unknown, policy: ParameterPolicy): { value: unknown; steps: readonly Step[] } {
  const steps: Step[] = []
  let value = listed(parameter, given)
  for (const operator of operatorNames.filter((name) => Object.hasOwn(policy, name))) {
    const before = value
    value = operators[operator].apply(before, policy[operator])
    if (!isEqual([before], [value])) steps.push({ operator, before, after: value })
  }
  const isWords = parameter === 'scope' && Array.isArray(value) && value.every((word) => typeof word === 'string')
  return { value: isWords ? (value as string[]).join(' ') : value, steps }
}
