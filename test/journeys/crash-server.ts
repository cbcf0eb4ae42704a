/** A server in a separate process, for tests that kill it. Its argument: configuration as JSON, by environment name. */

import { openApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/load.ts'
import { logger, readFile, systemPlatform } from '../../src/platform.ts'

const loaded = loadConfig({ mode: 'dev', env: JSON.parse(process.argv[2] ?? '{}'), readFile })
if ('problems' in loaded) throw new Error(loaded.problems.join('\n'))
const platform = systemPlatform(logger({ level: 'silent', format: 'json' }))
const gatehouse = await openApp(loaded.config, platform, { migrations: 'refuse', makeKey: false })
await gatehouse.serve()
process.stdout.write('ready\n')
