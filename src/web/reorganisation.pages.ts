import type { Services } from '../main/compose.ts'
import { listHref, oneOf } from './lists.ts'
import { aboutText, planSections, SECTIONS } from './reorganisation-sections.ts'
import { planMeta, PLANS, planViews, unitRows } from './reorganisation-view.ts'
import { guarded, type Route } from './route.ts'
import { count } from './views/formats.ts'
import { addressText, stepText } from './words/reorganisation-sayings.ts'

/** One plan: what it says, what it would do to whom, how far it has come, and the document to sign. */
export function reorganisationPage(services: Services): Route[] {
  const { reorganisations, config } = services
  const views = planViews(services)
  const { sections, willFigures, doneFigures, addressRows } = planSections(services, views)

  return [
    guarded('get', `${PLANS}/:id`, 'reorganisation.read', async (page) => {
      const view = await views.whole(page)
      const section = oneOf(SECTIONS, page.query('muc'))
      const model = await sections[section](page, view)
      if (model === null) return
      const { t } = page
      const words = {
        ...{ 'tong-quan': t.reorganisations.tabs.overview, viec: t.reorganisations.tabs.steps },
        ...{ 'phan-nguoi': t.reorganisations.tabs.rules, 'don-vi': t.reorganisations.tabs.units },
        ...{ nguoi: t.reorganisations.tabs.people, 'dia-chi': t.reorganisations.tabs.addresses },
        thu: t.reorganisations.tabs.letters,
      }
      await page.render('reorganisation.njk', {
        title: t.reorganisations.name(String(view.record.number), view.record.name),
        meta: planMeta(page, view.record),
        back: { href: PLANS, text: t.reorganisations.back },
        plan: view.record,
        base: view.path,
        section,
        tabs: SECTIONS.map((each) => ({
          href: listHref(view.path, { muc: each === 'tong-quan' ? '' : each }),
          text: words[each],
          count: each === 'viec' ? view.draft.steps.length : null,
          current: each === section,
        })),
        editable: view.record.state === 'draft' && page.may('reorganisation.change'),
        ...model,
      })
    }),

    guarded('get', `${PLANS}/:id/van-ban`, 'reorganisation.read', async (page) => {
      const view = await views.whole(page)
      const { record, draft, checked, names } = view
      const { t, lang } = page
      const says = t.reorganisations
      const person = await views.peopleOf(
        page,
        draft.seats.map(({ account }) => account),
      )
      const rules = draft.assignments.filter(({ by }) => by !== 'account')
      await page.render('reorganisation-document.njk', {
        title: says.document.heading,
        heading: says.document.heading,
        meta: `${record.name} · ${planMeta(page, record)}`,
        unitName: page.actor.kind === 'person' ? page.actor.unitName : config.organisation.operator,
        back: { href: view.path, text: says.name(String(record.number), record.name) },
        plan: record,
        hash: record.hash ?? reorganisations.hash(draft),
        unfit: checked !== null && checked.outcome.faults.length > 0,
        figures: checked === null ? await doneFigures(page, view) : willFigures(page, view),
        steps: draft.steps.map((step) => ({
          what: says.steps.kinds[step.kind],
          text: stepText(t, step, names),
          address: addressText(t, step),
        })),
        rules: rules.map((rule) => ({
          from: names.before(rule.from),
          about: aboutText(page, view, rule, () => ''),
          to: names.after(rule.to),
        })),
        byName: draft.assignments.length - rules.length,
        byNameText: says.document.rulesMore(count(draft.assignments.length - rules.length, lang)),
        seats: draft.seats.map(({ unit, account }) => ({ unit: names.after(unit), person: person(account) })),
        addresses: await addressRows(page, view),
        giver: record.byName,
      })
    }),

    guarded('get', `${PLANS}/:id/tai-ve`, 'reorganisation.read', async (page, permit) => {
      const { record, draft } = await views.find(page)
      const bytes = await reorganisations.workbook(permit, draft)
      page.response.attachment(`phuong-an-${record.number}.xlsx`).type('xlsx').send(Buffer.from(bytes))
    }),

    guarded('get', `${PLANS}/:id/bao-cao`, 'reorganisation.read', async (page, permit) => {
      const view = await views.whole(page)
      const { t } = page
      const report = await reorganisations.report(permit, view.record, view.checked)
      const bytes = await reorganisations.reportWorkbook(
        permit,
        (['old', 'new'] as const).map((by) => {
          const { columns, byOld, byNew } = t.reorganisations.units
          return {
            name: by === 'old' ? byOld : byNew,
            headings: [
              columns.unit,
              columns.what,
              by === 'old' ? columns.to : columns.from,
              columns.people,
              columns.mailboxes,
            ],
            rows: unitRows(view, report, by).flatMap(({ name, kinds, others }) => {
              const what = kinds.map((kind) => t.reorganisations.steps.kinds[kind]).join(', ')
              if (others.length === 0) return [[name, what, '', 0, 0]]
              return others.map((other) => [name, what, other.name, other.people, other.mailboxes])
            }),
          }
        }),
      )
      page.response.attachment(`sap-xep-${view.record.number}-theo-don-vi.xlsx`).type('xlsx').send(Buffer.from(bytes))
    }),
  ]
}
