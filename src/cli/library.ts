/** What a library or product needs of a client, and the settings that connect it: facts of its own documentation. */
import type { z } from 'zod'
import type { clientSchema } from '../protocol/client.ts'

export interface Connection {
  issuer: string
  clientId: string
  /** Undefined: it was not made here, or there is none. */
  secret: string | undefined
  redirectUri: string
}

export interface Library {
  /** Members of the client that it needs beside the defaults. */
  client: Partial<z.input<typeof clientSchema>>
  /** Where the settings go, and what they are. */
  file: string
  settings(connection: Connection): string
}

/** By the word of `--for`. */
export type Libraries = Readonly<Record<string, Library>>

export const secretOf = ({ secret }: Connection) => secret ?? 'YOUR_SECRET'
