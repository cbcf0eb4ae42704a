import { check } from '../../src/check.ts'
import { arrived, demand, NotApplicable, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'MUST',
  title: 'A person who declines sends access_denied to the client',
  needs: ['code flow'],
  async run({ app, target, browser }) {
    if (target.pages.decline === undefined) throw new NotApplicable('the target does not say how a person declines')
    const { params } = sentBack(await app().authorize({ prompt: 'consent', state: 's' }, { intent: { decline: true } }), 'access_denied')
    demand(params['state'] === 's', 'the state is missing')
    arrived(await app().authorize({ prompt: 'consent' }, { browser: browser() }))
  },
})
