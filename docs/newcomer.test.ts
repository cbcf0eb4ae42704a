/** The tasks of CONTRIBUTING.md name files that exist, and no task takes more than six. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { test } from 'node:test'
import { root, textOf } from './documents.ts'

const [, section = ''] = textOf('CONTRIBUTING.md').split('## Find the files for a task\n')
const [table = ''] = section.split('\n## ')
const rows = [...table.matchAll(/^\| (?!Task |---)([^|]+) \| ([^|]+) \|$/gm)].map(([, task = '', cell = '']) => ({
  task,
  files: [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).filter((name) => name.includes('/')),
}))

test('there are twelve tasks', () => assert.equal(rows.length, 12))

for (const { task, files } of rows) {
  test(`${task}: one to six files that exist`, () => {
    assert.ok(files.length >= 1 && files.length <= 6, `${files.length} files`)
    // NAME stands for what the new file is called: others like it are beside it.
    assert.deepEqual(
      files.filter((file) => globSync(file.replace('NAME', '*'), { cwd: root }).length === 0),
      [],
    )
  })
}
