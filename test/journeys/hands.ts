import type { Page } from 'playwright-core'

/** What somebody does on a page, by pointer or by keyboard; each thing is named by a CSS selector. */
export type Hands = {
  readonly page: Page
  open(path: string): Promise<void>
  type(field: string, text: string): Promise<void>
  /** A unit by what the picker offers to the words; where there is no script, by its whole name. */
  unit(words: string, name: string): Promise<void>
  choose(name: string, value: string): Promise<void>
  /** A button or a link, and the page that it leads to. */
  press(what: string): Promise<void>
}

/** With a pointer, as on a phone or at a desk. */
export function pointer(page: Page, base: string, options: { scripts: boolean } = { scripts: true }): Hands {
  return {
    page,
    async open(path) {
      await page.goto(base + path)
    },
    type: (field, text) => page.locator(field).fill(text),
    async unit(words, name) {
      if (!options.scripts) {
        await page.locator('#unit').fill(name)
        return
      }
      await page.locator('#unit').pressSequentially(words)
      await page.locator('#unit-list [role=option]', { hasText: name }).first().click()
    },
    choose: (name, value) => page.locator(`input[name="${name}"][value="${value}"]`).check(),
    press: (what) => leads(page, () => page.locator(what).first().click()),
  }
}

/**
 * With the keyboard alone: Tab, arrows, Enter and Space. Throws when a thing is not reached, when the focus is not to be
 * seen, or when it goes back on the page.
 */
export function keyboard(page: Page, base: string): Hands {
  async function reach(what: string): Promise<void> {
    for (let steps = 0; steps < 90; steps++) {
      if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(what)})`)) return
      await page.evaluate('window.before = document.activeElement')
      await page.keyboard.press('Tab')
      const wrong = await page.evaluate<string | null>(WRONG)
      if (wrong !== null) throw new Error(`At ${page.url()} on the way to ${what}: ${wrong}`)
    }
    throw new Error(`At ${page.url()} the keyboard does not reach ${what}`)
  }
  return {
    page,
    async open(path) {
      await page.goto(base + path)
    },
    async type(field, text) {
      await reach(field)
      await page.keyboard.press('Control+A')
      await page.keyboard.type(text)
    },
    async unit(words, name) {
      await reach('#unit')
      await page.keyboard.type(words)
      await page.locator('#unit-list [role=option]', { hasText: name }).first().waitFor()
      for (let steps = 0; steps < 12; steps++) {
        await page.keyboard.press('ArrowDown')
        const at = await page.evaluate<string>(`document.querySelector('#unit-list [aria-selected=true]').innerText`)
        if (!at.startsWith(name)) continue
        await page.keyboard.press('Enter')
        return
      }
      throw new Error(`The picker does not offer ${name}`)
    },
    async choose(name, value) {
      await reach(`input[name="${name}"]`)
      const there = `document.activeElement.value === ${JSON.stringify(value)}`
      if (await page.evaluate<boolean>(there)) {
        await page.keyboard.press('Space')
        return
      }
      for (let steps = 0; steps < 10 && !(await page.evaluate<boolean>(there)); steps++)
        await page.keyboard.press('ArrowDown')
    },
    async press(what) {
      await reach(what)
      await leads(page, () => page.keyboard.press('Enter'))
    },
  }
}

async function leads(page: Page, act: () => Promise<void>): Promise<void> {
  await Promise.all([page.waitForEvent('load'), act()])
}

/** What is wrong with where the focus is now: hidden, without a mark of its own, or before the place where it was. */
const WRONG = `(() => {
  const now = document.activeElement
  const name = now.outerHTML.slice(0, 120)
  if (now === document.body) return null
  const label = now.matches('.govuk-radios__input, .govuk-checkboxes__input') ? now.nextElementSibling : now
  const box = label.getBoundingClientRect()
  if (box.width < 1 || box.height < 1) return 'the focus is on something hidden: ' + name
  if (box.bottom < 0 || box.top > innerHeight) return 'the focus is out of sight: ' + name
  const marks = [getComputedStyle(now), getComputedStyle(label, label === now ? null : '::before')]
  const marked = marks.some((style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none')
  if (!marked) return 'the focus is not to be seen: ' + name
  const before = window.before
  if (before && before !== document.body && before.isConnected && before !== now) {
    const back = before.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_PRECEDING
    if (back) return 'the focus went back to ' + name
  }
  return null
})()`
