/** The sections of the account page, in the order of its menu. */
import { applications } from './applications.ts'
import { connections } from './connections.ts'
import { credentials } from './credentials.ts'
import { data } from './data.ts'
import { deletion } from './deletion.ts'
import { email } from './email.ts'
import { passkeys } from './passkeys.ts'
import { password } from './password.ts'
import { profile } from './profile.ts'
import { secondFactors } from './second-factors.ts'
import type { Section } from './section.ts'
import { sessions } from './sessions.ts'

const aboutThePerson: readonly Section[] = [
  profile,
  email,
  password,
  passkeys,
  secondFactors,
  sessions,
  applications,
  connections,
  credentials,
]

export const sections: readonly Section[] = [...aboutThePerson, data(aboutThePerson), deletion]
