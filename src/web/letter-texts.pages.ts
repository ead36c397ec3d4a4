import { LANGUAGES } from '../letters/texts.ts'
import type { Language, Template } from '../letters/letter.ts'
import { factsOf, letterText, TEMPLATES, type LetterText, type TextFault } from '../letters/template.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { errorAt } from './kept-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { instant } from './views/formats.ts'
import { SAMPLES } from './words/letter-samples.ts'
import type { Words } from './words/vi.ts'

const PATH = '/quy-dinh/thu'
const Why = lines(10, 500)
const FIELDS = ['subject', 'text', 'why', 'seen', 'act'] as const
const LONGEST = 12_000

/** One letter in one language, as an address names it: `approved.vi`. */
type Place = { readonly template: Template; readonly language: Language }
const Place = {
  safeParse(value: unknown): { success: true; data: Place } | { success: false } {
    const [name, tongue, ...rest] = String(value).split('.')
    const template = TEMPLATES.find((each) => each === name)
    const language = LANGUAGES.find((each) => each === tongue)
    return template && language && rest.length === 0
      ? { success: true, data: { template, language } }
      : { success: false }
  },
}
/** The same letter in the other language. */
const siblingOf = ({ template, language }: Place): Place => ({ template, language: language === 'vi' ? 'en' : 'vi' })
const pathOf = ({ template, language }: Place): string => `${PATH}/${template}.${language}`

/** The words of letters: the list, and each with its placeholders, a preview, its former versions and the way back. */
export function letterTextPages(services: Services): Route[] {
  const { letterTexts, letterWords } = services

  /** A text with sample data, or what is wrong with it. */
  function preview({ template, language }: Place, text: LetterText, t: Words) {
    const parsed = letterText(template).safeParse(text)
    const shown = parsed.success
      ? letterWords.fill(parsed.data, { template, language, params: SAMPLES[template] })
      : null
    return { language, name: t.letters.inLanguage[language], shown, parsed }
  }

  async function show(page: Page, place: Place): Promise<void> {
    const { t } = page
    const { template, language } = place
    const permit = page.permit('letter.read')
    const other = siblingOf(place)
    const [present, others, history] = await Promise.all([
      letterTexts.present(template, language),
      letterTexts.present(template, other.language),
      letterTexts.history(permit, template, language),
    ])
    const kept = page.takeForm(pathOf(place))
    const typed = { ...present.text, ...kept?.values }
    await page.render('letter-text.njk', {
      title: t.letters.kinds[template],
      back: { href: PATH, text: t.letters.texts.title },
      errors: kept?.errors ?? [],
      ...{ path: pathOf(place), present, typed, language, seen: kept?.values['seen'] ?? String(present.version) },
      when: t.letters.when[template],
      caption: t.letters.texts.caption(t.letters.inLanguage[language]),
      sibling: { href: pathOf(other), name: t.letters.inLanguage[other.language] },
      facts: factsOf(template).map(({ name, needed }) => ({ name, needed, text: t.letters.facts[name] })),
      wrong: Object.fromEntries(FIELDS.map((field) => [field, errorAt(kept, field)])),
      mayChange: page.may('letter.change'),
      trying: kept !== null && kept.errors.length === 0,
      faults: [],
      previews: [preview(place, typed, t), preview(other, others.text, t)],
      versions: history.map((version) => ({ ...version, lines: version.text.text.split('\n') })),
    })
  }

  return [
    guarded('get', PATH, 'letter.read', async (page, permit) => {
      const { t, lang } = page
      const says = t.letters.texts
      const list = await letterTexts.list(permit, TEMPLATES)
      await page.render('letter-texts.njk', {
        title: says.title,
        rows: TEMPLATES.map((template) => ({
          letter: t.letters.kinds[template],
          when: t.letters.when[template],
          texts: list
            .filter((line) => line.template === template)
            .map((line) => ({
              href: pathOf(line),
              language: t.letters.languages[line.language],
              unusable: line.unusable,
              state:
                line.from === null
                  ? says.original
                  : (line.original ? says.taken : says.changed)(
                      line.version,
                      line.byName ?? '',
                      instant(line.from, lang),
                    ),
            })),
        })),
      })
    }),

    guarded('get', `${PATH}/:letter`, 'letter.read', (page) => show(page, page.param('letter', Place))),

    /** The preview alone, for the script that asks while somebody types. */
    guarded('post', `${PATH}/:letter/xem-thu`, 'letter.change', async (page) => {
      const place = page.param('letter', Place)
      const { t } = page
      const sibling = siblingOf(place)
      const { parsed, ...one } = preview(place, typedIn(page), t)
      const { text } = await letterTexts.present(sibling.template, sibling.language)
      const errors = parsed.success ? [] : errorsOf(t, parsed.error.issues)
      await page.render('letter-preview.njk', {
        title: t.letters.texts.preview,
        trying: true,
        faults: errors.map(({ text }) => text),
        previews: [one, preview(sibling, text, t)],
      })
    }),

    guarded('post', `${PATH}/:letter`, 'letter.change', async (page, permit) => {
      const { t } = page
      const place = page.param('letter', Place)
      const typed = typedIn(page)
      const again = (errors: readonly FieldError[]) => {
        page.keepForm(pathOf(place), typed, errors)
        page.redirect(pathOf(place))
      }
      const parsed = letterText(place.template).safeParse(typed)
      const why = Why.safeParse(typed.why)
      const reset = typed.act === 'reset'
      const errors = [
        ...(parsed.success || reset ? [] : errorsOf(t, parsed.error.issues)),
        ...(typed.act === 'preview' || why.success ? [] : [{ field: 'why', text: t.letters.texts.errors.why }]),
      ]
      if (errors.length > 0 || typed.act === 'preview' || !why.success) {
        again(errors)
        return
      }
      const seen = /^\d{1,9}$/.test(typed.seen) ? Number(typed.seen) : -1
      const text = reset || !parsed.success ? null : parsed.data
      const asked = { seen, text, why: why.data }
      const changed = await letterTexts.change(permit, place.template, place.language, asked)
      if (!changed.ok) {
        again([{ field: 'subject', text: t.letters.texts.errors[changed.refusal.kind] }])
        return
      }
      page.notice('ok', t.letters.texts.saved(changed.value))
      page.redirect(pathOf(place))
    }),
  ]
}

function typedIn(page: Page) {
  const input = page.fields(FIELDS)
  return Object.fromEntries(
    Object.entries(input).map(([name, text]) => [name, text.slice(0, LONGEST).replace(/\r\n?/g, '\n')]),
  ) as typeof input
}

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string; readonly params?: unknown }

/** What is wrong, beside the subject or the text: every fault with its place, the first as the field's message. */
function errorsOf(t: Words, issues: readonly object[]): FieldError[] {
  const says = t.letters.texts.errors
  const texts = (issues as readonly Issue[]).map(({ path, message, params }) => {
    const known = { empty: says.empty, 'too-short': says['too-short'], 'too-long': says['too-long'], odd: says.odd }
    const text = params === undefined ? known[message as keyof typeof known] : faultText(t, params as TextFault)
    return { field: String(path[0]), text }
  })
  return [...Map.groupBy(texts, ({ field }) => field)].map(([field, of]) => ({
    field,
    text: of.map(({ text }) => text).join('; '),
  }))
}

function faultText(t: Words, fault: TextFault): string {
  const says = t.letters.texts.errors
  switch (fault.kind) {
    case 'unknown':
    case 'misplaced':
      return says[fault.kind](fault.name.slice(0, 40), says.place(fault.line, fault.column))
    case 'brace':
      return says.brace(says.place(fault.line, fault.column))
    case 'missing':
      return says.missing(fault.name)
    default:
      return fault satisfies never
  }
}
