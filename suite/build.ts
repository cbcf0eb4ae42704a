/** `npm run build -w suite`: the package as it is published, in `dist/` or the folder that is named. */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const here = import.meta.dirname
const out = process.argv[2] ?? join(here, 'dist')
const compiler = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc')

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
execFileSync(process.execPath, [compiler, '-p', join(here, 'tsconfig.build.json'), '--outDir', out], { stdio: 'inherit' })

const { private: _private, scripts: _scripts, devDependencies: _devDependencies, ...kept } = manifest()
writeFileSync(join(out, 'package.json'), `${JSON.stringify({ ...kept, bin: { 'oauth-suite': './main.js' } }, null, 2)}\n`)
chmodSync(join(out, 'main.js'), 0o755)
copyFileSync(join(here, 'README.md'), join(out, 'README.md'))
copyFileSync(join(here, '../LICENSE'), join(out, 'LICENSE'))

function manifest(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
}
