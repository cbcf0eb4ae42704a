/** The sections of the account page, in the order of its menu. */
import type { SectionGroup } from '../pages/account/layout.ts'
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

const aboutThePerson: readonly SectionGroup<Section>[] = [
  { heading: 'About you', sections: [profile, email] },
  { heading: 'Signing in', sections: [password, passkeys, secondFactors, sessions] },
  { heading: 'Access', sections: [applications, connections, credentials] },
]

const sectionsOf = (groups: readonly SectionGroup<Section>[]) => groups.flatMap((group) => group.sections)

export const sectionGroups: readonly SectionGroup<Section>[] = [
  ...aboutThePerson,
  { heading: 'Data', sections: [data(sectionsOf(aboutThePerson)), deletion] },
]

export const sections: readonly Section[] = sectionsOf(sectionGroups)
