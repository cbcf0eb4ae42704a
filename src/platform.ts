/** Everything impure, replaceable: clock, randomness, files, log. */
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Writable } from 'node:stream'
import { type DestinationStream, type Logger, pino } from 'pino'
import { ownIdentity, permissionBits } from './file-access.ts'

/** What the program takes from the machine it runs on. */
export interface Platform {
  /** Whole seconds since the epoch. */
  now(): number
  /** Seconds since some moment, which pass evenly whatever happens to the clock. */
  elapsed(): number
  /**
   * Sets `now` by a better clock, in milliseconds since the epoch, and returns how many seconds the machine's clock is ahead of it. Absent
   * where `now` is not to be set.
   */
  setClock?: ((time: number) => number) | undefined
  /** This many unpredictable bytes. */
  random(bytes: number): Buffer
  log: Logger
}

/** The machine's own clock, `machine` in milliseconds since the epoch, and its random generator. */
export function systemPlatform(log: Logger, machine: () => number = Date.now): Platform {
  let correction = 0
  return {
    now: () => Math.floor((machine() + correction) / 1000),
    elapsed: () => performance.now() / 1000,
    setClock(time) {
      correction = time - machine()
      return Math.round(-correction / 1000)
    },
    random: pooledRandom(),
    log,
  }
}

/** Whole seconds since the epoch. */
export function systemClock(): number {
  return Math.floor(Date.now() / 1000)
}

/** Returns the milliseconds since this call, to a tenth. */
export function stopwatch(): () => number {
  const begin = performance.now()
  return () => Math.round((performance.now() - begin) * 10) / 10
}

/** This many bytes from the system's generator, at most 65536. */
export function random(bytes: number): Buffer {
  return crypto.getRandomValues(Buffer.alloc(bytes))
}

/**
 * Takes a stock of random bytes from the system at a time, since a call costs many times what its bytes do. No byte is handed out twice, and
 * none stays in the stock once it was.
 */
export function pooledRandom(): Platform['random'] {
  let [stock, next]: [Buffer, number] = [Buffer.alloc(0), 0]
  return (bytes) => {
    if (stock.length - next < bytes) [stock, next] = [random(Math.max(bytes, POOL_BYTES)), 0]
    const given = Buffer.allocUnsafe(bytes)
    for (let n = 0; n < bytes; n++, next++) {
      given[n] = stock[next] as number
      stock[next] = 0
    }
    return given
  }
}
const POOL_BYTES = 4096

/** Ids that sort in the order in which they are made, as far as the clocks of several machines agree; none is made twice. */
export function orderedIds(): () => string {
  let last = 0
  return () => {
    last = Math.max(Date.now(), last + 1) // milliseconds: ten digits of base 36 hold them
    return `${last.toString(36).padStart(10, '0')}${random(6).toString('hex')}`
  }
}

/** A file's text and permission bits (undefined on Windows, which has none); undefined when there is no such file. Throws when it cannot be read. */
export function readFile(path: string): { text: string; mode: number | undefined } | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return undefined
  const self = ownIdentity()
  return { text: readFileSync(path, 'utf8'), mode: self && permissionBits(found, self) }
}

/** Names whose values are never logged, at any depth. */
const secretNames = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'dpop',
  'x-api-key',
  'password',
  'client_secret',
  'client_assertion',
  'assertion',
  'code',
  'code_verifier',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
])

/**
 * Writes to standard output, as JSON once per turn of the event loop, unless `stream` is given. Values under the name of a secret are not written, nor what an error carries beside its
 * text. Fields given to `child()` are not searched: give it ids only.
 */
export function logger(ask: { level: string; format: 'json' | 'pretty'; stream?: Writable; colour?: boolean }): Logger {
  const options = {
    level: ask.level,
    formatters: { log: withoutSecrets as (line: object) => Record<string, unknown>, level: (label: string) => ({ level: label }) },
    serializers: { err: errorForLog },
    timestamp: timestamps(),
  }
  if (ask.format === 'json') return pino(options, ask.stream ?? collectedOutput())
  return pino(options, prettyStream(ask))
}

/** The member `time` of a line, RFC 3339. The text of a second is made once. */
function timestamps(): () => string {
  let [second, text] = [Number.NaN, '']
  return () => {
    const now = Date.now()
    if (Math.floor(now / 1000) !== second) {
      second = Math.floor(now / 1000)
      text = `,"time":"${new Date(now).toISOString().slice(0, -4)}`
    }
    return `${text}${String(now % 1000).padStart(3, '0')}Z"`
  }
}

/** Standard output, to which the lines of one turn of the event loop are written at its end, and the last ones when the process exits. */
function collectedOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true })
  let lines = ''
  function write() {
    const text = lines
    lines = ''
    output.write(text) // its `flushSync` would wait for the disk when the output is a file
  }
  process.once('exit', write)
  return {
    write(line) {
      if (lines === '') setImmediate(write)
      lines += line
    },
  }
}

/** Loads the formatter with the first line: most commands write none. */
function prettyStream({ stream, colour = false }: { stream?: Writable; colour?: boolean }): DestinationStream {
  const destination = stream ? { destination: stream } : {}
  let formatter: DestinationStream | undefined
  return {
    write(line) {
      formatter ??= loadPretty()({
        sync: true,
        singleLine: true,
        colorize: colour,
        translateTime: 'SYS:HH:MM:ss',
        ignore: 'pid,hostname',
        ...destination,
      })
      formatter.write(line)
    },
  }
}

function loadPretty(): typeof import('pino-pretty') {
  return createRequire(import.meta.url)('pino-pretty')
}

function withoutSecrets(value: object): unknown {
  for (const name of Object.keys(value)) {
    const inner: unknown = value[name as keyof typeof value]
    if ((typeof inner === 'object' && inner !== null) || secretNames.has(name.toLowerCase())) return searched(value)
  }
  return value // as nearly always
}

function searched(value: unknown, depth = 0): unknown {
  if (depth > 8) return '[too deep]'
  if (Array.isArray(value)) return value.map((entry) => searched(entry, depth + 1))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  const told: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value))
    told[name] = secretNames.has(name.toLowerCase()) ? '[redacted]' : searched(inner, depth + 1)
  return told
}

/** A database's error, for example, carries the row that it refused. */
function errorForLog(error: Error) {
  const { type, message, stack, code } = pino.stdSerializers.err(error)
  return { type, message, stack, code }
}
