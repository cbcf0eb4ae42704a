import { check } from '../../src/check.ts'
import { demand, NotApplicable, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §10.12',
  level: 'MUST',
  title: 'A sign-in form cannot be submitted from another browser',
  needs: ['code flow'],
  async run({ app, browser, target }) {
    const step = target.pages.steps.find(({ fill }) => Object.values(fill).includes('{password}'))
    if (step === undefined) throw new NotApplicable('the target does not say how a person signs in')
    const [mine, theirs] = [browser(), browser('stranger')]
    const { url } = app().request()
    const page = await mine.open(url, { idle: true })
    demand(page.at === 'page', 'the browser came to the client without signing in')
    const { username, password } = mine.person
    const values = Object.entries(step.fill).map(([name, text]) => [
      name,
      text.replace('{username}', username).replace('{password}', password),
    ])
    const form = page.page.submit(step.when, Object.fromEntries(values))
    demand(form !== undefined, 'the sign-in form is not on the page')
    const elsewhere = await theirs.follow(form)
    demand(elsewhere.at === 'page' || elsewhere.params['code'] === undefined, 'a form of one browser brought a code to another')
    redirected(await mine.open(url))
  },
})
