/** Settings as read, before they are checked: nested mappings, looked up by dotted path. */

export type Raw = Record<string, unknown>

export function isMapping(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path such as `tls.cert_file`; undefined when there is none. */
export function lookUp(raw: Raw, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isMapping(value) && Object.hasOwn(value, name) ? value[name] : undefined), raw)
}

/** Sets the value at a path. Where a group should be and is not, nothing is set: the schema refuses it by name. */
export function put(raw: Raw, path: string, value: unknown): void {
  const [name = '', ...rest] = path.split('.')
  if (rest.length === 0) {
    raw[name] = value
    return
  }
  raw[name] ??= {}
  const group = raw[name]
  if (isMapping(group)) put(group, rest.join('.'), value)
}

/**
 * A file's text and permission bits (undefined where the system has none), without the bit with which this process itself reads it as a
 * member of its group. Undefined if there is no such file. Throws if it cannot be read.
 */
export type ReadFile = (path: string) => { text: string; mode: number | undefined } | undefined
