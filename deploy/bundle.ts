/** `npm run build`: the program as one minified bundle in `dist`, with the files that it reads while it runs. */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/** What is loaded late, or has files of its own: packages that are installed beside the bundle. */
const external = ['pino-pretty', 'yaml', 'pg-native', 'pg-cloudflare']

/** Where the bundle looks for what the sources read beside themselves. */
const files: Readonly<Record<string, string>> = {
  'src/crypto/popular-passwords.txt': 'popular-passwords.txt',
  'src/web/pages/style.css': 'style.css',
  'src/web/pages/account/account.css': 'account/account.css',
  'src/web/pages/docs/docs.css': 'docs/docs.css',
  'src/web/pages/page.js': 'page.js',
  'src/web/pages/passkey.js': 'passkey.js',
  ...Object.fromEntries(globSync('src/store/migrations/*.sql', { cwd: root }).map((path) => [path, path.replace('src/store/', '')])),
}

/**
 * Modules of Node.js are taken as CommonJS takes them. An `import` reads every export, and some of `node:http` load a second HTTP client
 * that nothing here uses.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) => (kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined))
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }))
  },
}

/** Zod's messages in the languages of the world, of which the program speaks one. */
const oneLocale: Plugin = {
  name: 'one locale',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export { default as en } from './en.js'" }))
  },
}

rmSync(dist, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  // Threads run the other files, which are therefore files of their own.
  entryPoints: ['src/main.ts', 'src/crypto/bcrypt.ts', 'src/protocol/codec/signature-thread.ts'],
  entryNames: '[name]',
  outdir: dist,
  bundle: true,
  splitting: true,
  // Identifiers keep their names: errors and log lines show them, and restoring them on each function that is made would take time and memory.
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  external,
  plugins: [builtins, oneLocale],
  charset: 'ascii',
  // Packages that are written as CommonJS load modules of Node.js with it.
  banner: { js: "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url);" },
  logLevel: 'warning',
})
// One character of another alphabet would make a file take twice its size in memory.
for (const path of globSync('*.js', { cwd: dist })) {
  if (/[^\x00-\x7f]/.test(readFileSync(join(dist, path), 'latin1'))) throw new Error(`${path} is not ASCII: interpolate the character`)
}
for (const [from, to] of Object.entries(files)) {
  mkdirSync(dirname(join(dist, to)), { recursive: true })
  cpSync(join(root, from), join(dist, to))
}
