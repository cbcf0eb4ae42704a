import { check } from '../../src/check.ts'
import { demand, NotApplicable, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'MUST',
  title: 'Declining consent returns access_denied to the client',
  needs: ['code flow'],
  async run({ app, target, browser }) {
    if (target.pages.decline === undefined) throw new NotApplicable('the target does not say how a person declines')
    const { params } = redirectedWithError(
      await app('fresh').authorize({ prompt: 'consent', state: 's' }, { intent: { decline: true } }),
      'access_denied',
    )
    demand(params['state'] === 's', 'the state is missing')
    redirected(await app().authorize({ prompt: 'consent' }, { browser: browser() }))
  },
})
