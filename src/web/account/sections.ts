/** The sections of the account page, in the order of its menu. */
import { applications } from './applications.ts'
import { email } from './email.ts'
import { password } from './password.ts'
import { profile } from './profile.ts'
import type { Section } from './section.ts'
import { sessions } from './sessions.ts'

export const sections: readonly Section[] = [profile, email, password, sessions, applications]
