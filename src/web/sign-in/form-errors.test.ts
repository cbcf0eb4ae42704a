/** Errors of schemas as sentences, by the name of the field. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { fieldErrors } from './form-errors.ts'

const errors: [path: (string | number)[], message: string, field: string, sentence: string][] = [
  [['email'], 'must be an email address', 'email', 'This must be an email address.'],
  [['claims', 'birthdate'], 'is not a date', 'birthdate', 'This is not a date.'],
  [['attributes', 'team'], 'is missing', 'attribute_team', 'This is missing.'],
  [['name'], 'Please type a shorter name.', 'name', 'Please type a shorter name.'],
  [['name'], 'mustard is no name', 'name', 'mustard is no name'],
]
for (const [path, message, field, sentence] of errors)
  test(`${path.join('.')} ${message}`, () => {
    assert.deepEqual(fieldErrors(new z.ZodError([{ code: 'custom', path, message, input: undefined }])), { [field]: sentence })
  })
