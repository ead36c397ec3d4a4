import { dayOf } from '../kernel/day.ts'
import { contradictions, IdentificationNumber } from '../kernel/identification-number.ts'
import { PersonId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { NUMBERS, type PersonView } from '../people/person.ts'
import type { PersonActRefusal } from '../people/people.ts'
import { HttpFault } from './http-fault.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import { groundsFrom, GROUNDS_FIELDS, partsOf } from './life-form.ts'
import { listHref } from './lists.ts'
import type { Page } from './page.ts'
import { masked, recordRow, RECORDS } from './people-form.ts'
import { guarded, type Route } from './route.ts'
import { refusalText } from './words/sayings.ts'

const EMPTY = { letterDay: '', letterMonth: '', letterYear: '', letterNumber: '', why: '' }

/** Asking for another number, and for two records to become one; a second person of IT staff agrees to either. */
export function personActPages(services: Services, find: (page: Page) => Promise<PersonView>): Route[] {
  const { people, clock } = services
  const today = () => dayOf(clock())

  /** The record, where anything may still be done about it. */
  async function open(page: Page): Promise<PersonView> {
    const view = await find(page)
    if (view.mergedInto !== null) throw new HttpFault(404)
    return view
  }
  const grounds = (page: Page) => groundsFrom(page.t, page.fields(GROUNDS_FIELDS), false, today())
  const fieldOf = ({ kind }: PersonActRefusal): string =>
    kind === 'number-of-another' || kind === 'number-unchanged' || kind === 'number-to-choose' ? 'number' : 'why'
  const typedOf = (kept: ReturnType<typeof keptForm>) => {
    const typed = { ...EMPTY, number: '', ...kept?.values }
    return { typed, letter: partsOf(typed, 'letter') }
  }
  const wrongOf = (kept: ReturnType<typeof keptForm>) =>
    Object.fromEntries(['number', 'why', 'letterNumber', 'letter'].map((field) => [field, errorAt(kept, field)]))

  return [
    guarded('get', `${RECORDS}/:id/so-dinh-danh`, 'person.change', async (page) => {
      const view = await open(page)
      const { t } = page
      const kept = keptForm(page, `number ${view.id}`)
      await page.render('person-number.njk', {
        title: t.people.correct.title,
        back: { href: `${RECORDS}/${view.id}`, text: view.fullName },
        errors: kept?.errors ?? [],
        action: `${RECORDS}/${view.id}/so-dinh-danh`,
        view,
        present: view.ends === null ? t.people.noNumber : masked(view.ends),
        ...typedOf(kept),
        wrong: wrongOf(kept),
      })
    }),

    guarded('post', `${RECORDS}/:id/so-dinh-danh`, 'person.change', async (page, permit) => {
      const view = await open(page)
      const { t } = page
      const form = { name: `number ${view.id}`, path: `${RECORDS}/${view.id}/so-dinh-danh` }
      const values = page.fields(['number', ...GROUNDS_FIELDS] as const)
      const number = IdentificationNumber.safeParse(values.number)
      const { why, letter, errors } = grounds(page)
      const faults = [...(number.success ? [] : [{ field: 'number', text: t.people.errors.number }]), ...errors]
      if (!number.success || why === null || faults.length > 0) {
        back(page, form, values, faults)
        return
      }
      const asked = await people.askNumber(permit, view.id, number.data, { why, letter })
      if (!asked.ok) {
        back(page, form, values, [{ field: fieldOf(asked.refusal), text: refusalText(t, asked.refusal) }])
        return
      }
      page.takeForm(form.name)
      const { birthDate, birthPrecision, sex } = view
      const odd =
        birthDate !== null && birthPrecision === 'day' && sex !== null
          ? contradictions(number.data, { birthDate, sex })
          : []
      page.notice(
        odd.length > 0 ? 'wait' : 'info',
        [t.people.asked, ...odd.map((each) => t.people.correct.warn[each])].join(' '),
      )
      page.redirect(`/thay-doi/${asked.value.id}`)
    }),

    guarded('get', `${RECORDS}/:id/gop`, 'person.change', async (page, permit) => {
      const view = await open(page)
      const { t } = page
      const says = t.people.merge
      const path = `${RECORDS}/${view.id}/gop`
      const asked = PersonId.safeParse(page.query('voi'))
      const other = asked.success ? await people.read(page.permit('person.read'), asked.data) : null
      const common = { title: says.title, back: { href: `${RECORDS}/${view.id}`, text: view.fullName }, action: path }
      if (other === null || other.id === view.id || other.mergedInto !== null) {
        const q = page.query('q') || view.fullName
        const others = async (words: string) =>
          (await people.list(page.permit('person.read'), { q: words, page: 1 })).people.filter(
            ({ id }) => id !== view.id,
          )
        const namesakes = await others(q)
        const found = namesakes.length === 0 && page.query('q') === '' ? await others('') : namesakes
        await page.render('person-merge-find.njk', {
          ...common,
          q,
          rows: found.map((each) => ({ ...recordRow(page, each), mergeHref: listHref(path, { voi: each.id }) })),
        })
        return
      }
      const kept = keptForm(page, `merge ${view.id} ${other.id}`)
      const [mine, theirs] = [recordRow(page, view), recordRow(page, other)]
      const both = (key: string, a: string, b: string) => ({ key, a, b, differs: a !== b })
      const accountText = ({ account }: typeof mine) => (account === null ? t.people.noAccount : account.address)
      const unitText = ({ account }: typeof mine) =>
        account === null ? '–' : [account.title, account.unitName].filter(Boolean).join(', ')
      const facts = t.people.facts
      await page.render('person-merge.njk', {
        ...common,
        errors: kept?.errors ?? [],
        view,
        other,
        rows: [
          both(facts.name, mine.name, theirs.name),
          both(facts.born, mine.born, theirs.born),
          both(facts.sex, mine.sex, theirs.sex),
          both(facts.number, mine.number, theirs.number),
          both(facts.account, accountText(mine), accountText(theirs)),
          both(
            t.life.page.since,
            mine.account ? t.states.account[mine.account.state] : '–',
            theirs.account ? t.states.account[theirs.account.state] : '–',
          ),
          both(t.people.columns.unit, unitText(mine), unitText(theirs)),
          both(facts.contact, view.contactEmail ?? '–', other.contactEmail ?? '–'),
          both(facts.phone, view.phone ?? '–', other.phone ?? '–'),
        ],
        hrefs: { kept: mine.href, other: theirs.href },
        swapHref: listHref(`${RECORDS}/${other.id}/gop`, { voi: view.id }),
        numbers:
          view.ends === null || other.ends === null
            ? null
            : NUMBERS.map((value) => ({
                ...{ value, text: says.numbers[value] },
                hint: value === 'kept' ? mine.number : theirs.number,
              })),
        ...typedOf(kept),
        wrong: wrongOf(kept),
        logged: t.life.act.logged(permit.actor.name),
      })
    }),

    guarded('post', `${RECORDS}/:id/gop`, 'person.change', async (page, permit) => {
      const view = await open(page)
      const { t } = page
      const other = PersonId.safeParse(page.field('voi'))
      if (!other.success) throw new HttpFault(404)
      const form = {
        name: `merge ${view.id} ${other.data}`,
        path: listHref(`${RECORDS}/${view.id}/gop`, { voi: other.data }),
      }
      const values = page.fields(['number', ...GROUNDS_FIELDS] as const)
      const { why, letter, errors } = grounds(page)
      if (why === null || errors.length > 0) {
        back(page, form, values, errors)
        return
      }
      const number = NUMBERS.find((each) => each === values.number) ?? null
      const asked = await people.askMerge(permit, view.id, other.data, number, { why, letter })
      if (!asked.ok) {
        back(page, form, values, [{ field: fieldOf(asked.refusal), text: refusalText(t, asked.refusal) }])
        return
      }
      page.takeForm(form.name)
      page.notice('info', t.people.asked)
      page.redirect(`/thay-doi/${asked.value.id}`)
    }),
  ]
}
