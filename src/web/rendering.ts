import type { Response } from 'express'
import { join } from 'node:path'
import nunjucks from 'nunjucks'
import type { Assets } from './assets.ts'
import {
  bytes,
  count,
  day,
  dayAndMonth,
  dayInWords,
  duration,
  full,
  instant,
  percent,
  short,
  time,
  type Lang,
  type When,
} from './views/formats.ts'
import { drawIcon } from './views/icons.ts'
import { inLanguage, pageHref, pageNumbers, type NavItem } from './views/navigation.ts'
import { STATES, tagOf } from './views/states.ts'
import { en } from './words/en.ts'
import { vi, type Words } from './words/vi.ts'

export type { Lang } from './views/formats.ts'
export { navigation, type Audience, type NavItem } from './views/navigation.ts'

export const LANGUAGES = ['vi', 'en'] as const
const WORDS: Readonly<Record<Lang, Words>> = { vi, en }
/** The words of a language. */
export const wordsOf = (lang: Lang): Words => WORDS[lang]

/** Who runs the service, as the header and the footer say it: `config.organisation`. */
export type Organisation = {
  readonly name: string
  readonly operator: string
  readonly phone: string
  readonly email: string
  readonly domain: string
  readonly codePrefix: string
}

/** What every page needs, whatever it shows; a page's own values stand beside these in the same object. */
export type PageModel = {
  readonly lang: Lang
  /** The words of `lang`: `wordsOf(lang)`. */
  readonly t: Words
  /** The nonce of this response's Content-Security-Policy, for the one inline script. */
  readonly nonce: string
  /** The token that every POST form repeats: `{{ ui.csrf() }}`. */
  readonly csrfToken: string
  /** Who is signed in; `role` in words. With `readOnly`, the auditor's, the page says "Chỉ xem". */
  readonly user: null | {
    readonly name: string
    readonly role: string
    readonly unitName: string
    readonly readOnly?: boolean
  }
  /** `navigation(audience, path, t, waiting)`. */
  readonly nav: readonly NavItem[]
  /** Path and query (without `?`) of this page as a GET, for the language switch and the pagination. */
  readonly path: string
  readonly query: string
  /** What the act before has done, shown once on top; null when there is nothing to say. */
  readonly notice: null | { readonly tone: 'ok' | 'info' | 'wait' | 'bad'; readonly text: string }
  /** The h1; the title of the window is made of it. */
  readonly title: string
  /** What is wrong with the input, in the order of the fields; `field` is the id of the input. */
  readonly errors?: readonly FieldError[]
}
/** A page's model: what every page needs, and its own values. */
export type Page = PageModel & Readonly<Record<string, unknown>>
export type FieldError = { readonly field: string; readonly text: string }

export type Rendering = {
  readonly environment: nunjucks.Environment
  /** The HTML of a page. */
  readonly html: (template: string, page: Page) => string
  /** Answers with a page; never cached by anybody, for it may be somebody's. */
  readonly renderPage: (response: Response, template: string, page: Page, status?: number) => void
}

/**
 * The pages' templates. Everything is escaped unless a filter of ours made it; templates are compiled once and kept. An
 * unknown icon, state or asset throws.
 */
export function rendering(parts: {
  readonly organisation: Organisation
  readonly assets: Pick<Assets, 'path'>
}): Rendering {
  const views = join(import.meta.dirname, 'views')
  const govuk = join(import.meta.dirname, '../../node_modules/govuk-frontend/dist')
  const environment = new nunjucks.Environment(
    new nunjucks.FileSystemLoader([views, govuk], { watch: false, noCache: false }),
    {
      autoescape: true,
      throwOnUndefined: false,
      trimBlocks: true,
      lstripBlocks: true,
    },
  )
  addFormats(environment)
  addPieces(environment)
  environment.addGlobal('organisation', parts.organisation)
  environment.addGlobal('asset', (name: string) => parts.assets.path(name))
  environment.addGlobal('STATES', STATES)

  const html = (template: string, page: Page): string => environment.render(template, page)
  return {
    environment,
    html,
    renderPage: (response, template, page, status = 200) => {
      response.status(status).set('Cache-Control', 'no-store').type('html').send(html(template, page))
    },
  }
}

/** What nunjucks passes as `this` to filters and globals. */
type Context = { readonly lookup: (name: string) => unknown }
const langOf = (context: Context): Lang => (context.lookup('lang') === 'en' ? 'en' : 'vi')
const wordsIn = (context: Context): Words => WORDS[langOf(context)]
const safe = (html: string): nunjucks.runtime.SafeString => new nunjucks.runtime.SafeString(html)
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escape = (value: unknown): string => {
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

function addFormats(environment: nunjucks.Environment): void {
  // A value that is not there (not yet decided, not yet tried) reads as a dash.
  const when = (format: (at: When, lang: Lang) => string) =>
    function (this: Context, at: When | null | undefined): string {
      return at === null || at === undefined || at === '' ? '–' : format(at, langOf(this))
    }
  const number = (format: (n: number, lang: Lang) => string) =>
    function (this: Context, n: number | null | undefined): string {
      return n === null || n === undefined ? '–' : format(n, langOf(this))
    }
  const filters = {
    day: when(day),
    dayInWords: when(dayInWords),
    time: when(time),
    instant: when(instant),
    dayAndMonth: when(dayAndMonth),
    short: when(short),
    full: when(full),
    number: number(count),
    percent: number(percent),
    bytes: number(bytes),
    duration: number(duration),
  }
  for (const [name, filter] of Object.entries(filters)) environment.addFilter(name, filter)
  environment.addFilter('address', (text: unknown) => {
    const [local = '', ...domain] = escape(text).split('@')
    return safe(`<span class="cv-address">${local}${domain.map((part) => `<wbr>@${part}`).join('')}</span>`)
  })
}

function addPieces(environment: nunjucks.Environment): void {
  environment.addGlobal('icon', (name: string) => safe(drawIcon(name)))
  environment.addGlobal('state', function (this: Context, family: string, state: string) {
    const { tone, icon } = tagOf(family, state)
    const words: Readonly<Record<string, Readonly<Record<string, string>>>> = wordsIn(this).states
    return safe(
      `<strong class="cv-state cv-state--${tone}">${drawIcon(icon)}${escape(words[family]?.[state])}</strong>`,
    )
  })
  environment.addGlobal('tag', (tone: string, icon: string, text: unknown) =>
    safe(`<strong class="cv-state cv-state--${escape(tone)}">${drawIcon(icon)}${escape(text)}</strong>`),
  )
  environment.addGlobal('flag', (tone: string, icon: string, text: unknown) =>
    safe(`<span class="cv-flag cv-flag--${escape(tone)}">${drawIcon(icon)}<span>${escape(text)}</span></span>`),
  )
  environment.addGlobal('inLanguage', inLanguage)
  environment.addGlobal('pageHref', pageHref)
  environment.addGlobal('pageNumbers', pageNumbers)
}
