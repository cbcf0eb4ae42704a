/** `node bench/guard.ts [--seconds 1]`: verifications per second of the guard, fast-jwt and jose, with the same keys and tokens, in turns. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createGuard } from '@gatehouse/guard'
import { createVerifier } from 'fast-jwt'
import { createLocalJWKSet, exportJWK, exportSPKI, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'

const issuer = 'https://issuer.example'
const audience = 'https://api.example'
const TOKENS = 500
/** Verifications at one time, so that a library can use other threads. */
const AT_ONCE = 16
const ROUNDS = 15

type Alg = 'ES256' | 'RS256' | 'EdDSA'
type Verify = (token: string) => unknown

const { values: flags } = parseArgs({ options: { seconds: { type: 'string', default: '1' } } })
const seconds = Number(flags.seconds)

console.log(`verifications per second (CPU µs each), ${AT_ONCE} at once, ${TOKENS} tokens, Node ${process.version}`)
const columns = ['guard', 'fast-jwt', 'jose', 'guard, cached', 'fast-jwt, cached'] as const
console.log(['', ...columns].map((name) => name.padStart(24)).join(''))
for (const alg of ['ES256', 'RS256', 'EdDSA'] as const) {
  const figures = await measureInTurns(await candidates(alg))
  const cells = columns.map((name) => `${figures.get(name)!.rate.toFixed(0)} (${figures.get(name)!.cpu.toFixed(1)})`)
  console.log([alg, ...cells].map((cell) => cell.padStart(24)).join(''))
}

/** Each verifies signature, alg, typ, iss, aud and times. */
async function candidates(alg: Alg): Promise<{ tokens: string[]; verifiers: Record<(typeof columns)[number], Verify> }> {
  const { privateKey, publicKey } = keyPair(alg)
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg, use: 'sig' }] }
  const tokens = await Promise.all(Array.from({ length: TOKENS }, (_, n) => token(alg, privateKey, n)))

  const fetch = async (url: string) => Response.json(url === `${issuer}/jwks` ? jwks : { issuer, jwks_uri: `${issuer}/jwks` })
  const guard = (cachedTokens: number): Verify => {
    const { check } = createGuard({ issuer, audience, cachedTokens, fetch })
    return (text) => check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${text}` } })
  }
  const pem = await exportSPKI(publicKey)
  const requiredClaims = ['iss', 'aud', 'exp', 'sub', 'client_id', 'iat', 'jti']
  const fastJwt = (cache: boolean | number) =>
    createVerifier({ key: pem, algorithms: [alg], allowedIss: issuer, allowedAud: audience, checkTyp: 'at+jwt', requiredClaims, cache })
  const keys = createLocalJWKSet(jwks as JSONWebKeySet)
  return {
    tokens,
    verifiers: {
      guard: guard(0),
      'fast-jwt': fastJwt(false),
      jose: (text) => jwtVerify(text, keys, { issuer, audience, typ: 'at+jwt', algorithms: [alg], requiredClaims }),
      'guard, cached': guard(1000),
      'fast-jwt, cached': fastJwt(1000),
    },
  }
}

function keyPair(alg: Alg): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
}

function token(alg: Alg, key: KeyObject, n: number): Promise<string> {
  const claims = { client_id: 'app', scope: 'openid profile read write', acr: 'urn:example:1', amr: ['pwd'], sid: `session-${n}` }
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'at+jwt', alg, kid: 'k' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(`user-${n}`)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(key)
}

interface Figures {
  rate: number
  /** Microseconds of all threads. */
  cpu: number
}

/** Many short turns, so that other load on the machine affects all alike. The result is the median; the first turn only warms up. */
async function measureInTurns({ tokens, verifiers }: Awaited<ReturnType<typeof candidates>>): Promise<Map<string, Figures>> {
  const seen = new Map<string, Figures[]>(Object.keys(verifiers).map((name) => [name, []]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, verify] of Object.entries(verifiers)) {
      const figures = await measure(verify, tokens, seconds / ROUNDS)
      if (round > 0) seen.get(name)!.push(figures)
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!
  return new Map([...seen].map(([name, all]) => [name, { rate: median(all.map((f) => f.rate)), cpu: median(all.map((f) => f.cpu)) }]))
}

async function measure(verify: Verify, tokens: readonly string[], length: number): Promise<Figures> {
  const cpu = process.cpuUsage()
  const from = performance.now()
  let count = 0
  const worker = async () => {
    while (performance.now() - from < length * 1000) await verify(tokens[count++ % tokens.length]!)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const { user, system } = process.cpuUsage(cpu)
  return { rate: (count * 1000) / (performance.now() - from), cpu: (user + system) / count }
}
