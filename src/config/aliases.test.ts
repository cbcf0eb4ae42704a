import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aliases } from './aliases.ts'
import { loadConfig } from './load.ts'
import { settings } from './settings.ts'

const load = (env: Record<string, string>) => loadConfig({ mode: 'dev', env, readFile: () => undefined })
const config = (env: Record<string, string>) => {
  const loaded = load(env)
  assert.ok('config' in loaded, JSON.stringify(loaded))
  return loaded.config
}

test('every variable of another system stands for a setting that exists', () => {
  for (const { variable, path } of aliases)
    assert.ok(
      settings.some((setting) => setting.path === path),
      variable,
    )
})

test('the variables of the minimal M2M server work', () => {
  const { issuer, keys, demo } = config({
    ISSUER_URL: 'http://localhost:9000',
    RS256_PRIVATE_KEY_PATH: '/keys/private.pem',
    RS256_PUBLIC_KEY_PATH: '/keys/public.pem',
    JWT_SECRET: 'a-secret-of-at-least-thirty-two-bytes',
  })
  assert.equal(issuer, 'http://localhost:9000')
  assert.deepEqual(keys.files.rs256, { private_key_file: '/keys/private.pem', public_key_file: '/keys/public.pem' })
  assert.equal(demo.jwt_secret, 'a-secret-of-at-least-thirty-two-bytes')
})

test('auto-gen asks for what happens anyway, and our own variables win', () => {
  assert.deepEqual(config({ RS256_PRIVATE_KEY_PATH: 'auto-gen', RS256_PUBLIC_KEY_PATH: 'auto-gen' }).keys.files.rs256, {})
  assert.equal(config({ ISSUER_URL: 'http://localhost:1', GATEHOUSE_ISSUER: 'http://localhost:2' }).issuer, 'http://localhost:2')
})

test('what is wrong is told by the name that was used', () => {
  const loaded = load({ JWT_SECRET: 'short' })
  assert.ok('problems' in loaded)
  assert.match(loaded.problems.join('\n'), /JWT_SECRET/)
  assert.doesNotMatch(loaded.problems.join('\n'), /short\b.*JWT_SECRET.*short/)
})
