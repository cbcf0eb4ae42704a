import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { loadConfig } from './load.ts'

const on = { FEATURES_MUTUAL_TLS: 'true' }
const tls = { TLS_CERT_FILE: '/cert', TLS_KEY_FILE: '/key' }
const proxy = { MTLS_PROXY: 'rfc9440', TRUSTED_PROXIES: '10.0.0.1' }

/** The part of each problem that says what is wrong. */
function problems(settings: Readonly<Record<string, string>>): string[] {
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`GATEHOUSE_${name}`, value]))
  const loaded = loadConfig({ mode: 'dev', env, readFile: () => undefined })
  return 'problems' in loaded ? loaded.problems.map((problem) => problem.split(' — ')[0] as string) : []
}

suite('settings of mutual TLS', () => {
  const accepted: Record<string, Record<string, string>> = {
    'with TLS of our own': { ...on, ...tls },
    'behind a proxy': { ...on, ...proxy },
    'on a second port': { ...on, ...tls, MTLS_PORT: '8443', MTLS_ORIGIN: 'https://mtls.example' },
    'with another header of nginx': { ...on, ...proxy, MTLS_PROXY: 'nginx', MTLS_HEADER: 'x-cert' },
    'with another header of HAProxy': { ...on, ...proxy, MTLS_PROXY: 'haproxy', MTLS_HEADER: 'x-cert' },
    'on two ports that the system chooses': { ...on, ...tls, LISTEN_PORT: '0', MTLS_PORT: '0', MTLS_ORIGIN: 'https://mtls.example' },
    'with authorities': { ...on, ...proxy, FEATURES_TLS_CLIENT_AUTH: 'true', MTLS_CA_FILE: '/ca' },
  }
  for (const [name, settings] of Object.entries(accepted)) test(name, () => assert.deepEqual(problems(settings), []))

  const origin = 'mtls.origin must be https:// and a host, with a port or without'
  const refused: [settings: Record<string, string>, problem: string][] = [
    [on, 'features.mutualTls needs tls.cert_file, or mtls.proxy behind a proxy that terminates TLS'],
    [{ ...on, MTLS_PROXY: 'nginx' }, 'trusted_proxies is empty, and mtls.proxy is set'],
    [{ ...on, ...proxy, FEATURES_TLS_CLIENT_AUTH: 'true' }, 'mtls.ca_file is missing beside features.tlsClientAuth'],
    [{ ...on, ...proxy, MTLS_PORT: '8443', MTLS_ORIGIN: 'https://mtls.example' }, 'mtls.port needs tls.cert_file'],
    [{ ...on, ...tls, MTLS_PORT: '8443' }, 'mtls.origin is missing beside mtls.port'],
    [{ ...on, ...tls, MTLS_PORT: '8000', MTLS_ORIGIN: 'https://mtls.example' }, 'mtls.port must differ from listen.port'],
    [{ ...on, ...proxy, MTLS_HEADER: 'x-cert' }, 'mtls.header can be chosen for mtls.proxy nginx and haproxy only'],
    [{ ...on, ...proxy, MTLS_PROXY: 'envoy', MTLS_HEADER: 'x-cert' }, 'mtls.header can be chosen for mtls.proxy nginx and haproxy only'],
    [{ ...on, ...proxy, MTLS_PROXY: 'nginx', MTLS_HEADER: 'X Cert' }, 'mtls.header must be a header name in lower case'],
    [{ ...on, ...tls, MTLS_ORIGIN: 'http://mtls.example' }, origin],
    [{ ...on, ...tls, MTLS_ORIGIN: 'https://mtls.example/' }, origin],
    [{ ...on, ...tls, MTLS_ORIGIN: 'https://mtls.example/path' }, origin],
    [{ MTLS_CA_FILE: '/ca' }, 'mtls.ca_file needs features.mutualTls, which is off'],
    [{ MTLS_ORIGIN: 'https://mtls.example' }, 'mtls.origin needs features.mutualTls, which is off'],
    [proxy, 'mtls.proxy needs features.mutualTls, which is off'],
  ]
  for (const [settings, problem] of refused) test(problem, () => assert.deepEqual(problems(settings), [problem]))
})
