/** Why a command did not do what it was told, in sentences for the person who typed it. */
import { CommanderError } from 'commander'
import { z } from 'zod'
import { wording } from '../config/form.ts'
import { WrongKey } from '../crypto/installation.ts'
import { BadKeyFile } from '../crypto/kek.ts'
import { UnusablePassword } from '../crypto/passwords.ts'
import { Unsealable } from '../crypto/seal.ts'
import { LoginTaken } from '../identity/accounts.ts'
import { StartupError } from '../startup-error.ts'
import { DatabaseUnavailable, DatabaseUnusable } from '../store/sql.ts'

/** Exit status: refused, typed wrongly, configured wrongly (sysexits.h EX_CONFIG). */
export type ExitStatus = 1 | 2 | 78

/** One sentence per problem. */
export class Problems extends Error {
  override readonly name = 'Problems'
  readonly status: ExitStatus
  readonly sentences: readonly string[]

  constructor(status: ExitStatus, sentences: readonly string[]) {
    super(sentences.join('; '))
    this.status = status
    this.sentences = sentences
  }
}

/** Reads as a sentence at the point of the rule. */
export function refuse(...sentences: string[]): never {
  throw new Problems(1, sentences)
}

/** The command line itself is wrong. */
export function misuse(sentence: string): never {
  throw new Problems(2, [sentence])
}

/** The value, if it is one of the schema; else refuses with a sentence for every problem. `nameOf` tells how the person wrote a path. */
export function checked<T extends z.ZodType>(schema: T, value: unknown, nameOf: (path: string) => string): z.output<T> {
  const result = schema.safeParse(value, { error: wording })
  return result.success ? result.data : refuseIssues(result.error, nameOf)
}

/** What it resolves to. Refuses with a sentence for every problem that only a deeper room could find. */
export async function withIssuesRenamed<T>(nameOf: (path: string) => string, result: Promise<T>): Promise<T> {
  try {
    return await result
  } catch (error) {
    if (error instanceof z.ZodError) refuseIssues(error, nameOf)
    throw error
  }
}

/** Refuses with a sentence for every issue. */
export function refuseIssues(error: z.ZodError, nameOf: (path: string) => string): never {
  return refuse(...error.issues.flatMap((issue) => sentencesOf(issue, nameOf)))
}

function sentencesOf(issue: z.core.$ZodIssue, nameOf: (path: string) => string): string[] {
  const path = issue.path.filter((part) => typeof part === 'string').join('.')
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${path ? `${path}.` : ''}${key} is not known`)
  const entry = issue.path.find((part) => typeof part === 'number')
  return [`${entry === undefined ? '' : `entry ${entry + 1} of `}${nameOf(path)} ${issue.message}`]
}

/** The problems behind an error and the exit status it deserves; undefined when it is a fault of ours. */
export function problemsOf(error: unknown): Problems | undefined {
  if (error instanceof Problems) return error
  if (error instanceof CommanderError) return new Problems(2, []) // has said so itself
  if (error instanceof WrongKey || error instanceof BadKeyFile || error instanceof StartupError) return new Problems(78, [error.message])
  if (error instanceof Unsealable)
    return new Problems(78, [
      `a sealed value in the database does not open: ${error.message} — add the key to previous_key_encryption_key_files`,
    ])
  if (error instanceof LoginTaken || error instanceof UnusablePassword) return new Problems(1, [error.message])
  if (error instanceof DatabaseUnusable) return new Problems(78, [error.message])
  if (error instanceof DatabaseUnavailable)
    return new Problems(1, [`the database cannot be reached or does not answer: see database_url (${error.message})`])
  return undefined
}
