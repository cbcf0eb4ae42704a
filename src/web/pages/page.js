// In the page: comforts that need a script. Every page works without them.
{
  const element = (name, properties) => Object.assign(document.createElement(name), properties)

  for (const input of document.querySelectorAll('input[data-show]')) {
    const { show, hide, what } = input.dataset
    const button = element('button', { type: 'button', className: 'show', textContent: show })
    button.setAttribute('aria-label', what)
    const turn = (type) => {
      input.type = type
      button.textContent = type === 'text' ? hide : show
      button.setAttribute('aria-pressed', String(type === 'text'))
    }
    turn('password')
    button.addEventListener('click', () => turn(input.type === 'text' ? 'password' : 'text'))
    input.form.addEventListener('submit', () => turn('password'))
    input.after(button)
  }

  for (const input of document.querySelectorAll('input[data-least]')) {
    const { least, count, enough } = input.dataset
    const line = element('p', { className: 'hint count', hidden: true })
    const told = element('p', { className: 'unseen' })
    told.setAttribute('role', 'status')
    input.addEventListener('input', () => {
      const n = [...input.value].length
      const long = n >= Number(least)
      line.hidden = n === 0
      line.textContent = (long ? enough : count).replace('{n}', n)
      line.classList.toggle('enough', long)
      if (long !== (told.textContent !== '')) told.textContent = long ? line.textContent : ''
    })
    input.closest('.field').append(line, told)
  }

  for (const tools of document.querySelectorAll('[data-codes]')) {
    const codes = `${Array.from(document.querySelectorAll('.codes code'), (code) => code.textContent).join('\n')}\n`
    const status = element('p', { className: 'hint' })
    status.setAttribute('role', 'status')
    const acts = {
      copy: async () => {
        await navigator.clipboard.writeText(codes)
        status.textContent = tools.dataset.copied
      },
      download: () => {
        const href = URL.createObjectURL(new Blob([codes], { type: 'text/plain' }))
        element('a', { href, download: tools.dataset.codes }).click()
        setTimeout(() => URL.revokeObjectURL(href), 1000)
      },
      print: () => print(),
    }
    if (!navigator.clipboard) tools.querySelector('#copy').hidden = true
    for (const [name, act] of Object.entries(acts)) tools.querySelector(`#${name}`).addEventListener('click', act)
    tools.append(status)
    tools.hidden = false
  }

  const form = { year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }
  for (const time of document.querySelectorAll('time[data-local]'))
    time.textContent = new Intl.DateTimeFormat('en-GB', form).format(new Date(time.dateTime))
}
