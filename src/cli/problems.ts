/** Why a command was refused or failed, in sentences for the person who typed it. */
import { CommanderError } from 'commander'
import { z } from 'zod'
import { wording } from '../config/form.ts'
import { WrongKey } from '../crypto/installation.ts'
import { BadKeyFile } from '../crypto/kek.ts'
import { UnusablePassword } from '../crypto/passwords.ts'
import { Unsealable } from '../crypto/seal.ts'
import { LoginTaken } from '../identity/accounts.ts'
import { OAuthError } from '../protocol/errors.ts'
import { StartupError } from '../startup-error.ts'
import { DatabaseUnavailable, DatabaseUnusable, DiskFull, UnstorableText } from '../store/sql.ts'

/** Exit status: refused or failed, wrong usage, wrong configuration (sysexits.h EX_CONFIG). */
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

/** Ends the command with status 1. */
export function refuse(...sentences: string[]): never {
  throw new Problems(1, sentences)
}

/** Ends the command with status 2: the command line is wrong. */
export function misuse(sentence: string): never {
  throw new Problems(2, [sentence])
}

/** The parsed value. Refuses with a sentence for every problem. `nameOf`: how the person wrote the path of a value. */
export function checked<T extends z.ZodType>(schema: T, value: unknown, nameOf: (path: string) => string): z.output<T> {
  const result = schema.safeParse(value, { error: wording })
  return result.success ? result.data : refuseIssues(result.error, nameOf)
}

/** The resolved value. Refuses with a sentence for every issue that a rule found. */
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

/** The problems behind an error, with the exit status; undefined for a fault in the program. */
export function problemsOf(error: unknown): Problems | undefined {
  if (error instanceof Problems) return error
  if (error instanceof CommanderError) return new Problems(2, []) // has already been printed
  if (error instanceof WrongKey || error instanceof BadKeyFile || error instanceof StartupError) return new Problems(78, [error.message])
  if (error instanceof Unsealable)
    return new Problems(78, [
      `a sealed value in the database does not open: ${error.message} — add the key to previous_key_encryption_key_files`,
    ])
  if (error instanceof LoginTaken || error instanceof UnusablePassword) return new Problems(1, [error.message])
  if (error instanceof UnstorableText) return new Problems(1, [`nothing was changed: ${error.message}, which cannot be stored`])
  if (error instanceof OAuthError) return new Problems(1, [error.description])
  if (error instanceof DatabaseUnusable) return new Problems(78, [error.message])
  if (error instanceof DiskFull) return new Problems(1, [`${error.message} — free some space`])
  if (error instanceof DatabaseUnavailable)
    return new Problems(1, [`the database cannot be reached or does not answer: see database_url (${error.message})`])
  return undefined
}
