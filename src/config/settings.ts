/** The settings as a flat list computed from the schema, for the environment, the reference page and suggestions. */
import { type Leaf, leavesOf } from './form.ts'
import { configSchema } from './schema.ts'

export interface Setting extends Leaf {
  /** Its environment variable, such as `GATEHOUSE_TLS_CERT_FILE`. */
  variable: string
}

export const settings: readonly Setting[] = leavesOf(configSchema).map((leaf) => ({ ...leaf, variable: variableOf(leaf.path) }))

/** `tls.cert_file` → `GATEHOUSE_TLS_CERT_FILE`, `features.formPost` → `GATEHOUSE_FEATURES_FORM_POST`. */
export function variableOf(path: string): string {
  return `GATEHOUSE_${path
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`
}
