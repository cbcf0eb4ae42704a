import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.3',
  level: 'MUST',
  title: 'The order of the words of a scope does not matter, and neither does a word that is there twice',
  needs: ['code flow'],
  async run({ app }) {
    const words = app().registration.scope.split(' ').slice(0, 3)
    const granted = async (scope: string) => {
      const { scope: told = scope } = await app().tokens({ scope })
      return [...new Set(told.split(' '))].toSorted().join(' ')
    }
    const expected = await granted(words.join(' '))
    demand((await granted(words.toReversed().join(' '))) === expected, 'in another order, another scope is granted')
    demand((await granted([...words, words[0]].join(' '))) === expected, 'with a word twice, another scope is granted')
  },
})
