/** Accounts as rows: the columns, defined only here, and the statements that lock one. */
import type { Account } from '../identity/account.ts'
import { Fragment, type Row, type Sql, sql } from './sql.ts'

const names = [
  ...['subject', 'username', 'email', 'password_hash', 'password_is_temporary', 'claims', 'attributes', 'status', 'role'],
  ...['created_at', 'updated_at'],
]

/** All that `accountFrom` reads, in a statement on the table alone. */
export const accountColumns = new Fragment(names.join(', '))
/** The same, in a statement that calls the table `a`. */
export const columnsOfAccount = new Fragment(names.map((name) => `a.${name}`).join(', '))

/** The account of a row that has its columns under their own names. */
export function accountFrom(row: Row): Account {
  return {
    subject: row['subject'] as string,
    username: row['username'] as string,
    email: (row['email'] as string | null) ?? undefined,
    passwordHash: (row['password_hash'] as string | null) ?? undefined,
    passwordIsTemporary: row['password_is_temporary'] === 1,
    claims: JSON.parse(row['claims'] as string),
    attributes: JSON.parse(row['attributes'] as string),
    status: row['status'] as Account['status'],
    role: row['role'] as Account['role'],
    createdAt: row['created_at'] as number,
    updatedAt: row['updated_at'] as number,
  }
}

/** Returns the row, locked until the end of the transaction. Another change of the same account waits for this one. */
export function lockAccount(tenant: string, subject: string): Sql {
  return sql`
    update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${subject} returning ${accountColumns}`
}

/** Returns its subject and email address, locked until the end of the transaction, if the account is active and still has the password that was checked. */
export function stillProven(tenant: string, subject: string, passwordHash: string | undefined): Sql {
  return sql`
    update accounts set updated_at = updated_at
    where tenant_id = ${tenant} and subject = ${subject} and status = 'active' and coalesce(password_hash, '') = ${passwordHash ?? ''}
    returning subject, email`
}
