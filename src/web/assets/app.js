// Everything here is an extra: each page works without it.
import {
  Button,
  Checkboxes,
  createAll,
  ErrorSummary,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
} from './govuk-frontend.min.js'

for (const component of [Button, Checkboxes, ErrorSummary, PasswordInput, Radios, ServiceNavigation, SkipLink])
  createAll(component)

document.querySelectorAll('[data-cv-picker]').forEach(unitPicker)
document.querySelectorAll('[data-cv-bulk]').forEach(bulkSelection)
document.querySelectorAll('[data-cv-filter]').forEach(foldingFilter)
document.querySelectorAll('[data-cv-live]').forEach(livePreview)
document.querySelectorAll('[data-cv-progress]').forEach(progress)
document.querySelectorAll('[data-cv-print]').forEach((button) => {
  button.hidden = false
  button.addEventListener('click', () => window.print())
})

/**
 * A text field becomes a combobox (ARIA 1.2 "list autocomplete"): what is typed goes to the server, which ignores accents and
 * knows former names; the chosen unit's id goes into the hidden field. Typing again clears the choice.
 */
function unitPicker(root) {
  const input = root.querySelector('input[type=text]')
  const chosen = root.querySelector('input[type=hidden]')
  const list = root.querySelector('[role=listbox]')
  const status = root.querySelector('[role=status]')
  let options = []
  let active = -1
  let asked = 0
  let timer = 0

  input.setAttribute('role', 'combobox')
  input.setAttribute('aria-autocomplete', 'list')
  input.setAttribute('aria-expanded', 'false')
  input.setAttribute('aria-controls', list.id)
  input.setAttribute('autocomplete', 'off')

  const close = () => {
    list.hidden = true
    active = -1
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  const point = (index) => {
    active = index
    ;[...list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === index)))
    const item = list.children[index]
    if (item === undefined) return input.removeAttribute('aria-activedescendant')
    input.setAttribute('aria-activedescendant', item.id)
    item.scrollIntoView({ block: 'nearest' })
  }
  const choose = (option) => {
    input.value = option.name
    chosen.value = option.id
    close()
  }
  const show = (found) => {
    options = found
    list.replaceChildren(
      ...found.map((option, index) => {
        const item = document.createElement('li')
        item.id = `${list.id}-${index}`
        item.className = 'cv-picker__option'
        item.setAttribute('role', 'option')
        item.append(option.name)
        if (option.parent) {
          const parent = document.createElement('span')
          parent.className = 'cv-picker__parent'
          parent.append(option.parent)
          item.append(parent)
        }
        item.addEventListener('mousedown', (event) => {
          event.preventDefault()
          choose(option)
        })
        return item
      }),
    )
    list.hidden = found.length === 0
    input.setAttribute('aria-expanded', String(found.length > 0))
    point(-1)
    status.textContent =
      found.length === 0 ? root.dataset.none : root.dataset.found.replace('%{count}', String(found.length))
  }
  const ask = async () => {
    const mine = ++asked
    const text = input.value.trim()
    if (text.length < 2) return close()
    try {
      const answer = await window.fetch(`${root.dataset.cvPicker}?q=${encodeURIComponent(text)}`, {
        headers: { accept: 'application/json' },
      })
      if (answer.ok && mine === asked) show(await answer.json())
    } catch {
      // The field still works: the server looks the name up when the form is sent.
      close()
    }
  }

  input.addEventListener('input', () => {
    chosen.value = ''
    window.clearTimeout(timer)
    timer = window.setTimeout(ask, 150)
  })
  input.addEventListener('blur', close)
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return close()
    if (list.hidden) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      point((active + step + options.length + (active === -1 && step === -1 ? 1 : 0)) % options.length)
    } else if (event.key === 'Enter' && options[active] !== undefined) {
      event.preventDefault()
      choose(options[active])
    }
  })
}

/** The bar counts the ticked rows and names the number on its button. */
function bulkSelection(form) {
  const boxes = [...form.querySelectorAll('tbody input[type=checkbox]')]
  const all = form.querySelector('thead input[type=checkbox]')
  const counts = [...document.querySelectorAll('[data-cv-count]')]
  const buttons = [...document.querySelectorAll('[data-cv-count-text]')]
  const update = () => {
    const n = boxes.filter((box) => box.checked).length
    counts.forEach((count) => (count.textContent = String(n)))
    buttons.forEach((button) => (button.textContent = button.dataset.cvCountText.replace('%{count}', String(n))))
    if (all !== null) {
      all.checked = n > 0 && n === boxes.length
      all.indeterminate = n > 0 && n < boxes.length
    }
  }
  all?.addEventListener('change', () => {
    boxes.forEach((box) => (box.checked = all.checked))
    update()
  })
  boxes.forEach((box) => box.addEventListener('change', update))
  if (all !== null) all.hidden = false
  update()
}

/** What a form would give follows what is typed in it; the button that asks for the same stays, for whoever prefers it. */
function livePreview(form) {
  const place = document.getElementById(form.dataset.cvLiveInto)
  const status = document.createElement('p')
  status.className = 'govuk-visually-hidden'
  status.setAttribute('role', 'status')
  form.append(status)
  let asked = 0
  let timer = 0
  const ask = async () => {
    const mine = ++asked
    try {
      const answer = await window.fetch(form.dataset.cvLive, {
        method: 'POST',
        body: new window.URLSearchParams(new window.FormData(form)),
      })
      const html = await answer.text()
      if (!answer.ok || mine !== asked) return
      place.replaceChildren(...new window.DOMParser().parseFromString(html, 'text/html').body.childNodes)
      status.textContent = form.dataset.cvLiveSaid
    } catch {
      // The button still shows it.
    }
  }
  form.addEventListener('input', () => {
    window.clearTimeout(timer)
    status.textContent = ''
    timer = window.setTimeout(ask, 400)
  })
}

/** On phones the lesser filters fold behind the button "Lọc"; a second press sends the form. */
function foldingFilter(form) {
  const narrow = window.matchMedia('(max-width: 40.0625em)')
  const button = form.querySelector('button[type=submit]')
  const field = form.querySelector('input[type=search]')
  button?.addEventListener('click', (event) => {
    if (!narrow.matches || form.querySelector('.cv-filter__more') === null) return
    if (form.classList.contains('cv-filter--open') || field?.value !== field?.defaultValue) return
    event.preventDefault()
    form.classList.add('cv-filter--open')
  })
}

/** Long work shows how far it is without being asked; when it enters another state, the whole page comes anew. */
function progress(root) {
  let share = root.querySelector('.cv-progress__done')?.getAttribute('width')
  const ask = async () => {
    try {
      const answer = await window.fetch(window.location.href, { headers: { accept: 'text/html' } })
      const page = new window.DOMParser().parseFromString(await answer.text(), 'text/html')
      const next = page.querySelector('[data-cv-progress]')
      if (!answer.ok || next?.dataset.cvProgress !== root.dataset.cvProgress) return window.location.reload()
      const now = next.querySelector('.cv-progress__done')?.getAttribute('width')
      // What nobody would hear as news is not said again.
      if (now !== share) root.replaceChildren(...next.childNodes)
      share = now
    } catch {
      // The next try may reach the server again.
    }
    window.setTimeout(ask, 2000)
  }
  window.setTimeout(ask, 2000)
}
