/** Modules and words that reach the outside world, for the tests of the architecture. */

/** Modules that only these places may use. */
export const guarded: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['crypto', 'protocol/codec'],
  jose: ['crypto', 'protocol/codec'],
  oauth4webapi: ['connections'],
  'node:sqlite': ['store/sqlite.ts', 'store/sqlite-file.ts'],
  pg: ['store/postgres.ts', 'store/postgres-conditional.ts', 'store/postgres-errors.ts', 'store/postgres-reads.ts'],
  'find-my-way': ['web/http/router.ts'],
  commander: ['cli'],
  nodemailer: ['mail'],
  '@simplewebauthn/server': ['crypto'],
  'node:http': ['outbound', 'web/http'],
  'node:https': ['outbound', 'web/http'],
  'node:net': ['outbound', 'web/http'],
  'node:tls': ['outbound'],
  'node:child_process': [],
  'node:vm': [],
}

/** Words that only these files may use, and what others use instead. */
export const words: readonly { word: RegExp; only: readonly string[]; instead: string }[] = [
  { word: /\bprocess\.(?:env|argv)\b|\b(?:env|argv)\b[^\n]*\} = process\b/, only: ['main.ts'], instead: 'the configuration' },
  { word: /\bDate\.now\b|\bnew Date\(\)/, only: ['platform.ts'], instead: 'now()' },
  // Measures durations only: of hashing, for its queue, and since the last query.
  {
    word: /\bperformance\.now\b/,
    only: ['platform.ts', 'crypto/passwords.ts', 'crypto/imported-secrets.ts', 'store/open.ts'],
    instead: 'now()',
  },
  { word: /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b|\brandomBytes\b/, only: ['platform.ts'], instead: 'random(bytes)' },
  { word: /(?<![.\w])fetch\(/, only: ['platform.ts'], instead: 'the fetch of the platform' },
  { word: /\bconsole\./, only: ['cli'], instead: 'the log' },
  { word: /\beval\(|\bnew Function\(/, only: [], instead: 'code' },
]
