/** Requests to other servers. They cannot reach this machine or its network, nor be kept waiting — OWASP Server-Side Request Forgery. */
import { lookup } from 'node:dns/promises'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { addressMatcher, isPublicAddress, readAddress } from '../protocol/ip-address.ts'
import type { Remote, RemoteAnswer, RemoteRequest } from '../protocol/remote.ts'
import { RemoteError } from '../protocol/remote-error.ts'

const defaultMaxBytes = 262_144
const defaultTimeout = 5
const maxUrl = 2048

/** Connections to one host and to all hosts; requests beyond them wait, and their timeout runs. */
const connections = { maxSockets: 16, maxTotalSockets: 128, maxFreeSockets: 32, keepAlive: true } as const

type AddressTest = (address: string) => boolean

/**
 * `allowedAddresses`: addresses and CIDR ranges that may be reached although they are not public, and without TLS.
 * `ca`: certificates to trust besides those of the system, PEM.
 */
export function remote(settings: { allowedAddresses: readonly string[]; ca: string | undefined }): Remote {
  const isNamed = addressMatcher(settings.allowedAddresses)
  const tests = { 'http:': isNamed, 'https:': (address: string) => isNamed(address) || isPublicAddress(address) }
  const trust = settings.ca === undefined ? {} : trusting(settings.ca)
  const agents = {
    'http:': new HttpAgent({ ...connections, lookup: guardedLookup(tests['http:']) }),
    'https:': new HttpsAgent({ ...connections, lookup: guardedLookup(tests['https:']), ...trust }),
  }
  return {
    async request(ask) {
      const url = checkedUrl(ask.url, tests)
      const signal = AbortSignal.timeout((ask.timeout ?? defaultTimeout) * 1000)
      try {
        return await readAnswer(await send(url, ask, { agents, signal }), ask.maxBytes ?? defaultMaxBytes)
      } catch (error) {
        throw explain(error, url, signal)
      }
    },
  }
}

/** Made once: to read all certificates takes milliseconds, which each connection would wait for. */
function trusting(ca: string): { secureContext: SecureContext } {
  return { secureContext: createSecureContext({ ca: [...getCACertificates('default'), ca] }) }
}

/** A host that is an address is never looked up, so it is judged here. */
function checkedUrl(text: string, tests: Readonly<Record<string, AddressTest>>): URL {
  const url = text.length > maxUrl ? null : URL.parse(text)
  const isAllowed = url && tests[url.protocol]
  if (!isAllowed) throw new RemoteError('address', 'the URL is not an absolute https URL')
  if (url.username || url.password) throw new RemoteError('address', `${url.host}: the URL holds a user name or password`)
  const literal = readAddress(url.hostname)
  if (literal !== undefined && !isAllowed(literal)) throw new RemoteError('address', problemOf(url.hostname))
  return url
}

const problemOf = (host: string) => `${host} is not at a public https address, nor at one of outbound.allowed_addresses`

/** The connection goes to the addresses that were judged: the name is not resolved a second time. */
function guardedLookup(isAllowed: AddressTest): LookupFunction {
  return (host, { all, family }, done) => {
    lookup(host, { all: true, ...(family !== undefined && { family }) }).then(
      (found) => {
        const allowed = found.filter(({ address }) => isAllowed(address))
        const [first] = allowed
        if (!first) done(new RemoteError('address', problemOf(host)), '')
        else if (all) done(null, allowed)
        else done(null, first.address, first.family)
      },
      (error: Error) => done(error, ''),
    )
  }
}

function send(
  url: URL,
  { method = 'GET', headers = {}, body = '' }: RemoteRequest,
  { agents, signal }: { agents: { 'http:': HttpAgent; 'https:': HttpsAgent }; signal: AbortSignal },
): Promise<IncomingMessage> {
  const own = { 'accept-encoding': 'identity', 'user-agent': 'Gatehouse', 'content-length': Buffer.byteLength(body) }
  const options = { method, signal, headers: { ...headers, ...own }, maxHeaderSize: 16_384 }
  return new Promise((resolve, reject) => {
    const sent =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, agent: agents['https:'] }, resolve)
        : httpRequest(url, { ...options, agent: agents['http:'] }, resolve)
    sent.on('error', reject)
    sent.on('close', () => reject(new Error('the connection ended without an answer'))) // as when it switches protocols, which is no error
    sent.end(body)
  })
}

/** Redirects are answers like all others: following one would reach an address that nobody configured. */
async function readAnswer(answer: IncomingMessage, maxBytes: number): Promise<RemoteAnswer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) {
      answer.destroy()
      throw new RemoteError('too-large', `the answer has more than ${maxBytes} bytes`)
    }
    parts.push(part)
  }
  const headers = Object.fromEntries(Object.entries(answer.headersDistinct).map(([name, values]) => [name, values?.join(', ')]))
  return { status: answer.statusCode ?? 0, headers, body: Buffer.concat(parts).toString() }
}

/** By error code of a look-up. */
const lookupProblems: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is not in DNS; correct the host name, or make the DNS of this machine know it. No HTTP proxy is used',
  EAI_AGAIN: 'DNS does not answer; correct the DNS servers of this machine, or its way to them. No HTTP proxy is used',
}

function explain(error: unknown, { host }: URL, deadline: AbortSignal): RemoteError {
  if (error instanceof RemoteError) return error
  if (deadline.aborted) return new RemoteError('timeout', `${host} did not answer in time`, error)
  const { code = '', message } = error as NodeJS.ErrnoException
  const untrusted = /CERT|SELF_SIGNED|UNABLE_TO|TLS|SSL|ALTNAME/.test(code)
  return new RemoteError(untrusted ? 'untrusted' : 'unreachable', `${host}: ${lookupProblems[code] ?? message}`, error)
}
