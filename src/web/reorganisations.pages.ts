import { dayOf } from '../kernel/day.ts'
import type { Services } from '../main/compose.ts'
import { DEFAULT_OPTIONS } from '../reorganisations/draft.ts'
import { readHead } from '../reorganisations/written.ts'
import { errorAt, keptForm } from './kept-form.ts'
import { beyondEnd, paging } from './lists.ts'
import { guarded, type Route } from './route.ts'
import { broughtFile, headErrors, headForm, HEAD_NAMES, headText, UPLOAD, uploadedPlan } from './reorganisation-form.ts'
import { reorganisationActs } from './reorganisation-acts.pages.ts'
import { reorganisationEditing } from './reorganisation-edit.pages.ts'
import { PLANS } from './reorganisation-view.ts'
import { reorganisationPage } from './reorganisation.pages.ts'
import { refusalText } from './words/sayings.ts'

const NEW = { name: 'reorganisation new', path: `${PLANS}/moi` }
export const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Reorganisations of units: every plan, and a new one from a form or a workbook. */
export function reorganisationPages(services: Services): Route[] {
  const { reorganisations, clock } = services
  return [
    guarded('get', PLANS, 'reorganisation.read', async (page, permit) => {
      const { t } = page
      const found = await reorganisations.list(permit, page.number())
      if (beyondEnd(page, found)) return
      await page.render('reorganisations.njk', {
        title: t.reorganisations.title,
        back: { href: '/don-vi', text: t.units.title },
        rows: found.plans.map((plan) => ({ ...plan, href: `${PLANS}/${plan.id}` })),
        list: paging(found, t.reorganisations.noun),
        mayChange: page.may('reorganisation.change'),
      })
    }),

    guarded('get', NEW.path, 'reorganisation.change', async (page) => {
      const { t } = page
      const kept = keptForm(page, NEW.name)
      const start = headForm({
        ...{ name: '', document: null, effectiveOn: dayOf(clock()), options: DEFAULT_OPTIONS },
      })
      await page.render('reorganisation-head.njk', {
        title: t.reorganisations.make,
        back: { href: PLANS, text: t.reorganisations.back },
        errors: kept?.errors ?? [],
        typed: { ...start, ...kept?.values },
        wrong: Object.fromEntries([...HEAD_NAMES, 'date', 'on', 'file'].map((field) => [field, errorAt(kept, field)])),
        action: NEW.path,
        seen: null,
      })
    }),

    guarded(
      'post',
      NEW.path,
      'reorganisation.change',
      async (page, permit) => {
        const typed = page.fields(HEAD_NAMES)
        const back = (errors: Parameters<typeof page.keepForm>[2]) => {
          page.keepForm(
            NEW.name,
            Object.fromEntries(Object.entries(typed).map(([k, v]) => [k, v.slice(0, 300)])),
            errors,
          )
          page.redirect(NEW.path)
        }
        const head = readHead(headText(typed))
        const file = broughtFile(page.upload)
          ? await uploadedPlan(services, page, { on: head.ok ? head.value.effectiveOn : null })
          : null
        if (file?.ok === false) {
          back(file.errors)
          return
        }
        const named = file?.plan.head ?? (head.ok ? head.value : null)
        if (named === null) {
          back(headErrors(page, head.ok ? [] : head.fields))
          return
        }
        const made = await reorganisations.create(permit, named, file?.plan.rows)
        if (!made.ok) {
          back([{ field: 'file', text: refusalText(page.t, made.refusal) }])
          return
        }
        page.takeForm(NEW.name)
        page.notice('ok', page.t.reorganisations.head.created)
        page.redirect(`${PLANS}/${made.value}`)
      },
      { upload: UPLOAD },
    ),

    guarded('get', `${PLANS}/mau`, 'reorganisation.read', async (page, permit) => {
      page.response
        .attachment('phuong-an-sap-xep.xlsx')
        .type(WORKBOOK)
        .send(Buffer.from(await reorganisations.template(permit)))
    }),
    ...reorganisationEditing(services),
    ...reorganisationActs(services),
    ...reorganisationPage(services),
  ]
}
