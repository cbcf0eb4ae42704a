/** The standard operators of metadata policies: their values, how two of them merge, and what they do — OpenID Federation 1.0 §6.1.3.1. */
import { isJsonObject } from '../codec/json.ts'
import { refuse } from '../errors.ts'

interface Operator {
  /** Whether it can have this value. */
  takes(value: unknown): boolean
  /** The value that stands for that of the superior and that of the subordinate. */
  merge(superior: unknown, subordinate: unknown): unknown
  /** The metadata parameter after it; undefined: absent. */
  apply(parameter: unknown, value: unknown): unknown
}

/** In the order in which they are applied. */
export const operatorNames = ['value', 'add', 'default', 'one_of', 'subset_of', 'superset_of', 'essential'] as const
export type OperatorName = (typeof operatorNames)[number]

/** The operators of one metadata parameter. */
export type ParameterPolicy = Readonly<Partial<Record<OperatorName, unknown>>>

/** A text that is the same for equal JSON values: the order of members makes no difference. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1))) : inner,
  )
}

export function isEqual(one: unknown, other: unknown): boolean {
  return textOf(one) === textOf(other)
}

type Values = readonly unknown[]

/** Strings, numbers or objects. */
function isSet(value: unknown): value is Values {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' || typeof one === 'number' || isJsonObject(one))
}

export function isSubset(part: Values, whole: Values): boolean {
  const texts = new Set(whole.map(textOf))
  return part.every((one) => texts.has(textOf(one)))
}

function union(one: Values, other: Values): Values {
  const seen = new Set<string>()
  return [...one, ...other].filter((value) => seen.size < seen.add(textOf(value)).size)
}

function intersection(one: Values, other: Values): Values {
  const texts = new Set(other.map(textOf))
  return one.filter((value) => texts.has(textOf(value)))
}

/** The parameter as a set; refuses one of another kind. */
function setOf(parameter: unknown): Values {
  return isSet(parameter) ? parameter : refuse('invalid_metadata', 'a metadata parameter is not the list that a policy operator needs')
}

function onlyEqual(superior: unknown, subordinate: unknown): unknown {
  if (!isEqual(superior, subordinate)) refuse('invalid_metadata', 'superiors set different values for one metadata parameter') // §6.1.3.1.1, §6.1.3.1.3
  return superior
}

export const operators: Readonly<Record<OperatorName, Operator>> = {
  // §6.1.3.1.1
  value: { takes: () => true, merge: onlyEqual, apply: (_, value) => value ?? undefined },
  // §6.1.3.1.2
  add: {
    takes: isSet,
    merge: (superior, subordinate) => union(superior as Values, subordinate as Values),
    apply: (parameter, value) => union(parameter === undefined ? [] : setOf(parameter), value as Values),
  },
  // §6.1.3.1.3
  default: { takes: (value) => value !== null, merge: onlyEqual, apply: (parameter, value) => parameter ?? value },
  // §6.1.3.1.4
  one_of: {
    takes: isSet,
    merge(superior, subordinate) {
      const both = intersection(superior as Values, subordinate as Values)
      if (both.length === 0) refuse('invalid_metadata', 'the one_of of two superiors have no value in common')
      return both
    },
    apply(parameter, value) {
      if (parameter !== undefined && !isSubset([parameter], value as Values))
        refuse('invalid_metadata', 'a metadata parameter is none of the values that a superior allows')
      return parameter
    },
  },
  // §6.1.3.1.5
  subset_of: {
    takes: isSet,
    merge: (superior, subordinate) => intersection(superior as Values, subordinate as Values),
    apply: (parameter, value) => (parameter === undefined ? undefined : intersection(setOf(parameter), value as Values)),
  },
  // §6.1.3.1.6
  superset_of: {
    takes: isSet,
    merge: (superior, subordinate) => union(superior as Values, subordinate as Values),
    apply(parameter, value) {
      if (parameter !== undefined && !isSubset(value as Values, setOf(parameter)))
        refuse('invalid_metadata', 'a metadata parameter lacks a value that a superior demands')
      return parameter
    },
  },
  // §6.1.3.1.7
  essential: {
    takes: (value) => typeof value === 'boolean',
    merge: (superior, subordinate) => superior === true || subordinate === true,
    apply(parameter, value) {
      if (value === true && parameter === undefined)
        refuse('invalid_metadata', 'a metadata parameter is missing that a superior calls essential')
      return parameter
    },
  },
}

/** Refuses operators of one parameter that contradict each other. §6.1.3.1 */
export function checkCombination(policy: ParameterPolicy): void {
  const { value, add, one_of: oneOf, subset_of: subsetOf, superset_of: supersetOf } = policy as Readonly<Record<OperatorName, Values>>
  const has = (name: OperatorName) => Object.hasOwn(policy, name)
  const within = (part: Values, whole: Values) => isSet(part) && isSet(whole) && isSubset(part, whole)
  const isFaulty =
    (has('value') &&
      ((has('add') && !within(add, value)) ||
        (has('default') && value === null) ||
        (has('one_of') && !isSubset([value], oneOf)) ||
        (has('subset_of') && !within(value, subsetOf)) ||
        (has('superset_of') && !within(supersetOf, value)) ||
        (policy.essential === true && value === null))) ||
    (has('one_of') && (has('add') || has('subset_of') || has('superset_of'))) ||
    (has('add') && has('subset_of') && !within(add, subsetOf)) ||
    (has('subset_of') && has('superset_of') && !within(supersetOf, subsetOf))
  if (isFaulty) refuse('invalid_metadata', 'operators of a metadata policy contradict each other')
}
