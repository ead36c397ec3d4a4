import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { RequestListener } from 'node:http'
import type { Page } from 'playwright-core'
import { full } from '../support/scale.ts'

const PHONE = 390
const DESK = 1280
const REFLOW = [320, 360, 641, 768, 1024]
/** Where not every width is looked at in both languages: the narrow ones, where words break, and the desk's. */
const FEW = { vi: [320, 641, 1024, PHONE], en: [360, 768] }
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'))
const AXE = '/axe.js'
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** The folder for pictures; none are taken where none is named, for they cost as much as all the rest. */
const pictures = process.env['SCREENSHOTS']
if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
/** With a folder named, or at full figures, every page is looked at in both languages at every width, by every rule. */
export const everywhere = full || pictures !== undefined

/**
 * A service that hands out axe too: a browser keeps compiled what comes to it with a page, and begins it in a fifth of the time that
 * it takes for what a test sends.
 */
export const withAxe =
  (app: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url === AXE)
      response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=86400' }).end(axe)
    else app(request, response)
  }

type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string; readonly target: unknown }[] }
export type Look = (page: Page, name: string) => Promise<void>

/**
 * Looks at a page as it stands: nothing to scroll sideways at any width, what axe finds (and a picture) at phone and desk width,
 * no word that a program left behind. What is wrong is gathered in `faults`, so that one run tells everything.
 */
export function looking(lang: 'vi' | 'en', width: number, faults: string[]): Look {
  const others = everywhere ? [...REFLOW, PHONE, DESK] : FEW[lang]
  // Its own comes last, and so the page is left as it was found.
  const widths = [...others.filter((each) => each !== width), width]
  return async (page, name) => {
    const fault = (what: string) => faults.push(`${lang} ${name}: ${what}`)
    await page.addScriptTag({ url: AXE })
    for (const each of widths) {
      await page.setViewportSize({ width: each, height: 900 })
      const wide = await page.evaluate<string | null>(WIDEST)
      if (wide !== null) fault(`scrolls sideways at ${each}: ${wide}`)
      if (each !== PHONE && each !== DESK) continue
      for (const { id, nodes } of await page.evaluate<Violation[]>(axeAt(each)))
        for (const node of nodes)
          if (!exempt(id, node.html))
            fault(`axe at ${each}: ${id} ${JSON.stringify(node.target)} ${node.html.slice(0, 160)}`)
      if (pictures !== undefined)
        await page.screenshot({ path: join(pictures, `${name}-${lang}-${each}.png`), fullPage: true })
    }
    const odd = await page.evaluate<string[]>(ODD)
    for (const text of odd) fault(text)
    if (name.endsWith('error') && (await page.locator('.govuk-error-summary').count()) !== 1) fault('shows no error')
  }
}

/** Colours are the same at every width, and to compare them is half of the work: an ordinary run does that at the desk only. */
const rulesAt = (width: number): string =>
  everywhere
    ? `runOnly: ${JSON.stringify(RULES)}`
    : width === DESK
      ? `runOnly: { type: 'rule', values: ['color-contrast'] }`
      : `runOnly: ${JSON.stringify(RULES)}, rules: { 'color-contrast': { enabled: false } }`

const axeAt = (width: number) => `axe.run(document, { ${rulesAt(width)}, resultTypes: ['violations'] })
  .then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, target }) => ({ html, target })) })))`

/** govuk-frontend's radios with a conditional part say whether it is open; axe knows no role that may. */
const exempt = (rule: string, html: string): boolean =>
  rule === 'aria-allowed-attr' &&
  html.startsWith('<input class="govuk-radios__input"') &&
  html.includes('aria-expanded')

const WIDEST = `(() => {
  const root = document.documentElement
  if (root.scrollWidth <= root.clientWidth) return null
  const over = [...document.body.querySelectorAll('*')].filter((one) =>
    one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest('.cv-scroll, .cv-tabs, .govuk-visually-hidden'))
  const last = over.at(-1)
  return last ? last.outerHTML.slice(0, 120) : 'something'
})()`

/** One heading, a title, the language said, and nothing that a template printed by mistake. */
const ODD = `(() => {
  const found = []
  const text = document.body.innerText
  for (const word of ['undefined', '[object', 'NaN', 'Invalid Date', '{{', '=>']) if (text.includes(word)) found.push('says ' + word)
  if (document.querySelectorAll('h1').length !== 1) found.push('has not one heading')
  if (!document.title.includes(' – ')) found.push('has the title ' + document.title)
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id)
  for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) found.push('has twice #' + id)
  for (const link of document.querySelectorAll('a[href]')) {
    const href = link.getAttribute('href')
    if (href.length > 1 && href.startsWith('#') && !document.getElementById(href.slice(1))) found.push('leads nowhere: ' + href)
  }
  const names = new Map()
  for (const link of document.querySelectorAll('main a[href]')) {
    const name = (link.getAttribute('aria-label') ?? link.textContent).replace(/\\s+/g, ' ').trim()
    const before = names.get(name)
    if (before !== undefined && before !== link.href) found.push('has two links called ' + name)
    names.set(name, link.href)
  }
  return found
})()`
