/** Attributes of a tenant to look at in forms: one of each type, and of someone who means harm. */

import type { Question } from '../../src/protocol/request-reply.ts'
import { fieldOf } from '../../src/web/pages/question.ts'

export const questions: readonly Question[] = [
  { name: 'department', title: 'Department', type: 'enum', values: ['research', 'sales', 'support'], required: true },
  { name: 'desk', title: 'Desk', description: 'The number on its plate.', type: 'number', min: 1, max: 500, required: false },
  { name: 'greeting', title: 'Greeting', type: 'string', max_length: 500, required: false },
  { name: 'hobbies', title: 'Hobbies', description: 'Shown in the directory.', type: 'list', required: false },
  { name: 'nickname_at_work', type: 'string', required: false },
  { name: 'remote', title: 'Do you work from home?', type: 'boolean', required: false },
  { name: 'started', title: 'First day', type: 'date', required: false },
]

/** Every text that comes from outside. */
export function hostileQuestions(text: string) {
  const types = ['enum', 'number', 'string', 'list', 'boolean', 'date'] as const
  const asked = types.map(
    (type): Question => ({ name: type, title: text, description: text, type, required: false, ...(type === 'enum' && { values: [text] }) }),
  )
  const texts = Object.fromEntries(types.map((type) => [type, text]))
  const faults = Object.fromEntries(types.map((type) => [fieldOf(type), text]))
  return { asked, typed: texts, faults }
}
