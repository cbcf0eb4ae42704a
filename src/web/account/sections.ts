/** The sections of the account page, in the order of its menu. */
import { profile } from './profile.ts'
import type { Section } from './section.ts'

export const sections: readonly Section[] = [profile]
