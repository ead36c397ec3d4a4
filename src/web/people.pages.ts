import { dayOf } from '../kernel/day.ts'
import { PersonId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import type { PersonView } from '../people/person.ts'
import { changeName } from './changes.pages.ts'
import { HttpFault } from './http-fault.ts'
import { beyondEnd, listHref, oneOf, paging } from './lists.ts'
import type { Page } from './page.ts'
import { recordRow, RECORDS, masked, spaced } from './people-form.ts'
import { personActPages } from './people-acts.pages.ts'
import { guarded, type Route } from './route.ts'
import { count, day, instant } from './views/formats.ts'

const TABS = ['tat-ca', 'trung'] as const

/** The records of people: a list, those that may be one person, and each with its number, posts, accounts and requests. */
export function peoplePages(services: Services): Route[] {
  const { people } = services

  async function find(page: Page): Promise<PersonView> {
    const view = await people.read(page.permit('person.read'), page.param('id', PersonId))
    if (view === null) throw new HttpFault(404)
    return view
  }

  async function show(page: Page, view: PersonView, number: string | null): Promise<void> {
    const { t, lang } = page
    const says = t.people
    const row = recordRow(page, view)
    const changes = await people.changes(page.permit('person.read'), view.id)
    await page.render('person.njk', {
      title: view.fullName,
      back: { href: RECORDS, text: says.back },
      view,
      row,
      number,
      mayReveal: number === null && view.ends !== null && page.may('number.reveal'),
      mayChange: page.may('person.change') && view.mergedInto === null,
      facts: [
        { key: says.facts.born, value: row.born },
        { key: says.facts.sex, value: row.sex },
      ],
      more: [
        ...view.formerNumbers.map((each) => ({
          ...{ key: says.facts.former, value: masked(each.ends) },
          sub: `${says.formerUntil(instant(each.until, lang), each.byName)}. ${each.why}`,
        })),
        { key: says.facts.contact, value: view.contactEmail ?? t.common.notGiven },
        { key: says.facts.phone, value: view.phone ?? t.common.notGiven },
      ],
      posts: view.posts.map((post) => ({
        key: says.span(day(post.from, lang), post.until && day(post.until, lang)),
        value: says.post(post.title, post.unitName),
        sub: post.primary ? null : says.second,
      })),
      merged: view.merged.map((each) => ({
        ...recordRow(page, each),
        when: says.mergedOn(instant(each.mergedAt, lang)),
      })),
      alike: view.alike.map((each) => ({
        ...recordRow(page, each),
        mergeHref: listHref(`${RECORDS}/${view.id}/gop`, { voi: each.id }),
      })),
      changes: changes.map((change) => ({
        href: `/thay-doi/${change.id}`,
        text: changeName(page, change),
        state: change.state,
        by: t.life.changes.askedAt(change.asked.byName, instant(change.asked.at, lang)),
      })),
      today: dayOf(services.clock()),
    })
  }

  return [
    guarded('get', RECORDS, 'person.read', async (page, permit) => {
      const { t, lang } = page
      const tab = oneOf(TABS, page.query('tab'))
      const q = page.query('q')
      const alike = tab === 'trung'
      const found = alike
        ? await people.alike(permit, page.number())
        : await people.list(permit, { q, page: page.number() })
      if (beyondEnd(page, found)) return
      const says = t.people
      await page.render('people.njk', {
        title: says.title,
        meta: says.meta(count(found.total, lang)),
        q,
        alike,
        tabs: TABS.map((each) => ({
          href: listHref(RECORDS, { tab: each === 'tat-ca' ? '' : each }),
          text: each === 'tat-ca' ? says.tabs.all : says.tabs.alike,
          count: each === tab ? found.total : null,
          current: each === tab,
        })),
        rows: found.people.map((each) => recordRow(page, each)),
        list: paging(found, says.noun),
      })
    }),

    guarded('get', `${RECORDS}/:id`, 'person.read', async (page) => {
      await show(page, await find(page), null)
    }),

    guarded('post', `${RECORDS}/:id/xem-so`, 'number.reveal', async (page, permit) => {
      const view = await find(page)
      const number = await people.reveal(permit, view.id)
      if (!number.ok) throw new HttpFault(404)
      await show(page, view, spaced(number.value))
    }),

    ...personActPages(services, find),
  ]
}
