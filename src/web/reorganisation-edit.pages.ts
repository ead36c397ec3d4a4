import type { Permit } from '../access/policy.ts'
import type { Services } from '../main/compose.ts'
import type { ReorganisationRefusal } from '../reorganisations/reorganisation.ts'
import type { PlanRecord } from '../reorganisations/reorganisations.ts'
import type { Draft } from '../reorganisations/draft.ts'
import { readHead, RULE_COLUMNS, SEAT_COLUMNS, STEP_COLUMNS, type Read } from '../reorganisations/written.ts'
import { errorAt, keptForm } from './kept-form.ts'
import { oneOf } from './lists.ts'
import type { Page } from './page.ts'
import {
  ADDABLE,
  choicesOf,
  headErrors,
  headForm,
  HEAD_NAMES,
  headText,
  isStep,
  stepWord,
  UPLOAD,
  uploadedPlan,
  type Addable,
} from './reorganisation-form.ts'
import { PLANS, planViews } from './reorganisation-view.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { count } from './views/formats.ts'
import { textFaultText } from './words/reorganisation-sayings.ts'
import { refusalText } from './words/sayings.ts'

type Change = Permit<'reorganisation.change'>
type Edited = { ok: true; value: { revision: number } } | { ok: false; refusal: ReorganisationRefusal }
const COLUMNS = [...new Set([...STEP_COLUMNS, ...RULE_COLUMNS, ...SEAT_COLUMNS])]
/** People are pasted as lists. */
const LONGEST = 60_000

/** Writing a plan down: its head, its rows one by one, and all of them from a workbook. */
export function reorganisationEditing(services: Services): Route[] {
  const { reorganisations } = services
  const { find } = planViews(services)
  const pathOf = ({ id }: PlanRecord) => `${PLANS}/${id}`
  const seenOf = (page: Page): number => {
    const text = page.field('seen')
    return /^\d{1,9}$/.test(text) ? Number(text) : -1
  }
  /** A plan that is no draft any more cannot be changed; its page says what it is. */
  const fixed = (page: Page, record: PlanRecord): boolean => {
    if (record.state === 'draft') return false
    page.notice('bad', page.t.refusals['reorganisation-not-in-state'])
    page.redirect(pathOf(record))
    return true
  }
  const tell = (page: Page, edited: Edited, done: string, to: string) => {
    if (edited.ok) page.notice('ok', done)
    else page.notice('bad', refusalText(page.t, edited.refusal))
    page.redirect(to)
  }

  async function add(permit: Change, page: Page, record: PlanRecord, draft: Draft, what: Addable): Promise<Added> {
    const text = page.fields(COLUMNS)
    const seen = seenOf(page)
    const says = page.t.reorganisations
    const through = async <T>(
      read: Read<T>,
      then: (value: T) => Promise<Edited>,
      done: (value: T) => string,
    ): Promise<Added> => {
      if (!read.ok)
        return {
          done: null,
          errors: read.faults.map((fault) => ({ field: fault.column, text: textFaultText(page.t, fault) })),
        }
      const edited = await then(read.value)
      return edited.ok
        ? { done: done(read.value), errors: [] }
        : { done: null, errors: [{ field: 'unit', text: refusalText(page.t, edited.refusal) }] }
    }
    if (what === 'rule')
      return through(
        await reorganisations.readRule(permit, draft, text),
        (rules) => reorganisations.addRules(permit, record.id, seen, rules),
        (rules) => says.rules.added(rules.length),
      )
    if (what === 'seat')
      return through(
        await reorganisations.readSeat(permit, draft, text),
        (seat) => reorganisations.addSeat(permit, record.id, seen, seat),
        () => says.rules.seatAdded,
      )
    return through(
      await reorganisations.readStep(permit, draft, { ...text, what: stepWord(what) }),
      (steps) => reorganisations.addSteps(permit, record.id, seen, steps),
      (steps) => says.steps.added(steps.length),
    )
  }

  return [
    guarded('get', `${PLANS}/:id/sua`, 'reorganisation.change', async (page) => {
      const { record } = await find(page)
      if (fixed(page, record)) return
      const { t } = page
      const kept = keptForm(page, `plan head ${record.id}`)
      await page.render('reorganisation-head.njk', {
        title: t.reorganisations.head.title,
        back: { href: pathOf(record), text: t.reorganisations.name(String(record.number), record.name) },
        errors: kept?.errors ?? [],
        typed: { ...headForm(record), ...kept?.values },
        wrong: Object.fromEntries([...HEAD_NAMES, 'date', 'on'].map((field) => [field, errorAt(kept, field)])),
        action: `${pathOf(record)}/sua`,
        seen: kept?.values['seen'] ?? String(record.revision),
      })
    }),

    guarded('post', `${PLANS}/:id/sua`, 'reorganisation.change', async (page, permit) => {
      const { record } = await find(page)
      if (fixed(page, record)) return
      const typed = page.fields([...HEAD_NAMES, 'seen'])
      const form = `plan head ${record.id}`
      const head = readHead(headText(typed))
      const edited = head.ok ? await reorganisations.setHead(permit, record.id, seenOf(page), head.value) : null
      if (!head.ok || edited?.ok !== true) {
        const errors = head.ok
          ? [{ field: 'name', text: edited?.ok === false ? refusalText(page.t, edited.refusal) : '' }]
          : headErrors(page, head.fields)
        page.keepForm(
          form,
          Object.fromEntries(Object.entries(typed).map(([key, value]) => [key, value.slice(0, 300)])),
          errors,
        )
        page.redirect(`${pathOf(record)}/sua`)
        return
      }
      page.takeForm(form)
      page.notice('ok', page.t.reorganisations.head.saved)
      page.redirect(pathOf(record))
    }),

    guarded('get', `${PLANS}/:id/them`, 'reorganisation.change', async (page) => {
      const { record } = await find(page)
      if (fixed(page, record)) return
      const { t } = page
      const what = oneOf(ADDABLE, page.query('loai'))
      const kept = keptForm(page, `plan add ${record.id} ${what}`)
      await page.render('reorganisation-add.njk', {
        title: t.reorganisations.form.titles[what],
        caption: t.reorganisations.name(String(record.number), record.name),
        back: {
          href: `${pathOf(record)}?muc=${isStep(what) ? 'viec' : 'phan-nguoi'}`,
          text: isStep(what) ? t.reorganisations.tabs.steps : t.reorganisations.tabs.rules,
        },
        errors: kept?.errors ?? [],
        what,
        action: `${pathOf(record)}/them`,
        typed: kept?.values ?? {},
        wrong: Object.fromEntries(COLUMNS.map((field) => [field, errorAt(kept, field)])),
        // A row more overwrites nobody's: whoever looks at the form again looks at the plan as it is.
        seen: String(record.revision),
        ...choicesOf(page),
      })
    }),

    guarded('post', `${PLANS}/:id/them`, 'reorganisation.change', async (page, permit) => {
      const { record, draft } = await find(page)
      if (fixed(page, record)) return
      const what = oneOf(ADDABLE, page.field('loai'))
      const form = `plan add ${record.id} ${what}`
      const again = `${pathOf(record)}/them?loai=${what}`
      const { done, errors } = await add(permit, page, record, draft, what)
      if (done === null) {
        const typed = Object.entries(page.fields([...COLUMNS, 'seen'])).map(([key, value]) => [
          key,
          value.slice(0, LONGEST),
        ])
        page.keepForm(form, Object.fromEntries(typed) as Record<string, string>, errors)
        page.redirect(again)
        return
      }
      page.takeForm(form)
      page.notice('ok', done)
      page.redirect(
        page.field('act') === 'more' ? again : `${pathOf(record)}?muc=${isStep(what) ? 'viec' : 'phan-nguoi'}`,
      )
    }),

    guarded('post', `${PLANS}/:id/bo`, 'reorganisation.change', async (page, permit) => {
      const { record } = await find(page)
      const n = /^\d{1,6}$/.test(page.field('n')) ? Number(page.field('n')) : 0
      const what = oneOf(['step', 'rule', 'seat'], page.field('loai'))
      const remove = { step: 'removeStep', rule: 'removeRule', seat: 'removeSeat' } as const
      const edited = await reorganisations[remove[what]](permit, record.id, seenOf(page), n)
      const section = what === 'step' ? 'viec' : 'phan-nguoi'
      tell(page, edited, page.t.reorganisations.steps.removed, `${pathOf(record)}?muc=${section}`)
    }),

    guarded('get', `${PLANS}/:id/tep`, 'reorganisation.change', async (page) => {
      const { record } = await find(page)
      if (fixed(page, record)) return
      const kept = keptForm(page, `plan file ${record.id}`)
      await page.render('reorganisation-file.njk', {
        title: page.t.reorganisations.steps.replace,
        caption: page.t.reorganisations.name(String(record.number), record.name),
        back: { href: `${pathOf(record)}?muc=viec`, text: page.t.reorganisations.tabs.steps },
        errors: kept?.errors ?? [],
        action: `${pathOf(record)}/tep`,
        seen: String(record.revision),
        wrong: errorAt(kept, 'file'),
      })
    }),

    guarded(
      'post',
      `${PLANS}/:id/tep`,
      'reorganisation.change',
      async (page, permit) => {
        const { record, draft } = await find(page)
        if (fixed(page, record)) return
        const { t, lang } = page
        const form = `plan file ${record.id}`
        const file = await uploadedPlan(services, page, { draft })
        const errors: FieldError[] = file.ok ? [] : file.errors
        const edited = file.ok ? await reorganisations.replace(permit, record.id, seenOf(page), file.plan.rows) : null
        if (edited?.ok === false) errors.push({ field: 'file', text: refusalText(t, edited.refusal) })
        if (!file.ok || errors.length > 0) {
          page.keepForm(form, {}, errors)
          page.redirect(`${pathOf(record)}/tep`)
          return
        }
        page.takeForm(form)
        page.notice('ok', t.reorganisations.steps.replaced(count(file.plan.rows.steps.length, lang)))
        page.redirect(`${pathOf(record)}?muc=viec`)
      },
      { upload: UPLOAD },
    ),
  ]
}

/** What was added in words, or what is wrong. */
type Added = { readonly done: string | null; readonly errors: readonly FieldError[] }
