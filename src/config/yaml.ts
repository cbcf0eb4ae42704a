/** The YAML library, loaded when there is something to parse: most settings come from the environment and are plain. */
import { createRequire } from 'node:module'

type Yaml = typeof import('yaml')

const require = createRequire(import.meta.url)

export function yaml(): Yaml {
  return require('yaml') as Yaml
}
