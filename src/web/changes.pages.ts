import { z } from 'zod'
import type { Permit } from '../access/policy.ts'
import { AccountCommand, type AccountCommand as Command } from '../accounts/life-acts.ts'
import { PersonCommand } from '../people/person.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { openSeats, type Change } from '../scheduled/change.ts'
import { HttpFault } from './http-fault.ts'
import { errorAt, keepable, keptForm } from './kept-form.ts'
import { beyondEnd, listHref, oneOf, paging } from './lists.ts'
import type { Page } from './page.ts'
import { masked, spaced } from './people-form.ts'
import { guarded, type Route } from './route.ts'
import { unitChoices } from './unit-choice.ts'
import { count, day, instant } from './views/formats.ts'
import { refusalText } from './words/sayings.ts'

export const CHANGES = '/thay-doi'
const TABS = ['proposed', 'waiting'] as const
const Why = lines(10, 500)

/** Changes that wait for somebody's agreement, or for the day on which they take effect. */
export function changePages(services: Services): Route[] {
  const { scheduled, accounts, units, people } = services
  const choices = unitChoices(services)
  const unitName = async (id: UnitId) => (await units.find(id))?.name ?? ''

  /** What the subjects of changes are called: accounts and the records of people. */
  const namesOf = async (changes: readonly Change[]): Promise<ReadonlyMap<string, string>> => {
    const of = (kind: Change['subject']['kind']) =>
      changes.filter(({ subject }) => subject.kind === kind).map(({ subject }) => subject.id)
    return new Map([...(await accounts.names(of('account'))), ...(await people.names(of('person')))])
  }

  async function find(page: Page): Promise<Change> {
    const change = await scheduled.read(page.permit('scheduled.read'), page.param('id', z.uuid()))
    if (change === null) throw new HttpFault(404)
    return change
  }

  /** What in the change belongs to its act alone. */
  async function factsOf(page: Page, command: Command): Promise<{ key: string; value: string }[]> {
    const { t, lang } = page
    const says = t.life.act.fields
    const until = 'until' in command && command.until !== null ? day(command.until, lang) : null
    return [
      ...('cause' in command ? [{ key: says.cause, value: t.life.causes[command.cause] }] : []),
      ...('reply' in command && command.reply ? [{ key: says.reply, value: command.reply }] : []),
      ...('to' in command ? [{ key: says.to, value: says.toItems[command.to].text }] : []),
      ...('unitId' in command
        ? [
            { key: says.unit[command.type], value: await unitName(command.unitId) },
            { key: says.title[command.type], value: command.title },
          ]
        : []),
      ...(until === null ? [] : [{ key: says.until[command.type as keyof typeof says.until], value: until }]),
    ]
  }

  /** What in a change of somebody's record belongs to its act alone. */
  async function personFacts(page: Page, { command }: Change): Promise<{ key: string; value: string }[]> {
    const parsed = PersonCommand.safeParse(command)
    if (!parsed.success || parsed.data.type !== 'merge-people') return []
    const { other, number } = parsed.data
    const says = page.t.people.merge
    const record = page.may('person.read') ? await people.read(page.permit('person.read'), other) : null
    const name = record?.fullName ?? (await people.names([other])).get(other) ?? ''
    return [
      {
        key: says.with,
        value: [name, ...(record?.account ? [record.account.address, record.account.unitName] : [])].join(', '),
      },
      ...(number === null ? [] : [{ key: says.number, value: says.numbers[number] }]),
    ]
  }
  const askedNumber = (command: Change['command']): string => {
    const parsed = PersonCommand.safeParse(command)
    return parsed.success && parsed.data.type === 'correct-number' ? masked(parsed.data.ends) : ''
  }

  async function subjectHref(page: Page, { subject }: Change): Promise<string | null> {
    if (subject.kind === 'person') return page.may('person.read') ? `/nguoi/${subject.id}` : null
    const readable = await accounts.read(page.permit('account.read'), subject.id as AccountId)
    return readable && `/tai-khoan/${subject.id}`
  }

  async function placesOf(page: Page, change: Change) {
    const { t, lang } = page
    const says = t.life.changes
    return Promise.all(
      change.seats.map(async (seat, index) => {
        const taken = change.agreements.find((each) => each.seat === index)
        return {
          key: seat.kind === 'unit' ? says.place.unit(await unitName(seat.unit)) : says.place['it-staff'],
          value: taken ? says.taken(taken.byName, instant(taken.at, lang)) : says.open,
        }
      }),
    )
  }

  const act = (
    path: string,
    work: (page: Page, permit: Permit<'scheduled.agree'>, change: Change) => Promise<string | null>,
  ): Route =>
    guarded('post', `${CHANGES}/:id/${path}`, 'scheduled.agree', async (page, permit) => {
      const change = await find(page)
      const refusal = await work(page, permit, change)
      if (refusal !== null) page.notice('bad', refusal)
      page.redirect(`${CHANGES}/${change.id}`)
    })

  async function show(page: Page, change: Change, number: string | null): Promise<void> {
    const { t, lang } = page
    const says = t.life.changes
    const kept = keptForm(page, `change ${change.id}`)
    const name = (await namesOf([change])).get(change.subject.id) ?? ''
    const may = page.may('scheduled.agree')
    const seat = may ? scheduled.mayAgree(page.permit('scheduled.agree'), change) : null
    const open = change.state === 'proposed' || change.state === 'waiting'
    const command = AccountCommand.safeParse(change.command)
    const href = await subjectHref(page, change)
    await page.render('change.njk', {
      title: changeName(page, change),
      caption: says.caption(name),
      back: { href: CHANGES, text: says.title },
      errors: kept?.errors ?? [],
      change,
      facts: [
        { key: says.facts.act, value: changeName(page, change) },
        ...(command.success ? await factsOf(page, command.data) : await personFacts(page, change)),
        { key: says.facts.on, value: day(change.on, lang) },
        { key: says.facts.why, value: change.why },
        ...(change.letter === null
          ? []
          : [
              {
                key: says.facts.letter,
                value: t.life.page.letter(change.letter.number, day(change.letter.date, lang)),
              },
            ]),
        { key: says.facts.asked, value: says.askedAt(change.asked.byName, instant(change.asked.at, lang)) },
      ],
      of: { key: change.subject.kind === 'person' ? t.people.record : says.facts.account, name, href },
      asked: change.command.type === 'correct-number' && {
        key: t.people.correct.to,
        value: number ?? askedNumber(change.command),
        shown: number !== null,
        mayReveal: number === null && open && page.may('person.read') && page.may('number.reveal'),
      },
      places: await placesOf(page, change),
      ended:
        change.ended &&
        says.ended(
          says.states[change.state],
          change.ended.byName === 'life' ? says.byItself : change.ended.byName,
          instant(change.ended.at, lang),
        ),
      outcome: outcomeText(page, change),
      mayAgree: seat?.ok ?? false,
      whyNot:
        seat === null || seat.ok || change.state !== 'proposed'
          ? null
          : { 'own-change': says.own, 'agreed-before': says.before, 'not-your-seat': says.notSeat }[
              seat.refusal.kind as 'own-change' | 'agreed-before' | 'not-your-seat'
            ],
      mayDecline: may && change.state === 'proposed' && (seat?.ok ?? false),
      mayCancel: may && open && !(seat !== null && !seat.ok && seat.refusal.kind === 'own-change'),
      typed: kept?.values ?? {},
      wrong: { why: errorAt(kept, 'why') },
    })
  }

  return [
    guarded('get', CHANGES, 'scheduled.read', async (page, permit) => {
      const { t, lang } = page
      const state = oneOf(TABS, page.query('tab'))
      const [found, scope] = await Promise.all([
        scheduled.open(permit, { state, page: page.number() }),
        choices.scope(page, permit.units),
      ])
      if (beyondEnd(page, found)) return
      const may = page.may('scheduled.agree')
      const names = await namesOf(found.changes)
      await page.render('changes.njk', {
        title: t.life.changes.title,
        meta: scope.meta,
        tabs: TABS.map((each) => ({
          href: listHref(CHANGES, { tab: each === 'proposed' ? '' : each }),
          text: t.life.changes.tabs[each],
          count: each === state ? found.total : null,
          current: each === state,
        })),
        state,
        rows: found.changes.map((change) => ({
          href: `${CHANGES}/${change.id}`,
          name: names.get(change.subject.id) ?? '',
          act: changeName(page, change),
          on: change.on,
          asked: t.life.changes.askedAt(change.asked.byName, instant(change.asked.at, lang)),
          agreed: t.life.changes.agreedOf(
            count(change.seats.length - openSeats(change).length, lang),
            count(change.seats.length, lang),
          ),
          mine: may && scheduled.mayAgree(page.permit('scheduled.agree'), change).ok,
        })),
        list: paging(found, t.life.changes.noun),
      })
    }),

    guarded('get', `${CHANGES}/:id`, 'scheduled.read', async (page) => {
      await show(page, await find(page), null)
    }),

    // The second person compares the whole number with the paper.
    guarded('post', `${CHANGES}/:id/so-dinh-danh`, 'number.reveal', async (page, permit) => {
      const change = await find(page)
      const number = await people.revealAsked(permit, change)
      if (!number.ok) throw new HttpFault(404)
      await show(page, change, spaced(number.value))
    }),

    act('dong-y', async (page, permit, change) => {
      const done = await scheduled.agree(permit, change.id)
      if (!done.ok) return refusalText(page.t, done.refusal)
      page.notice('ok', page.t.life.changes.agreed[done.value as 'applied' | 'waiting' | 'proposed'])
      return null
    }),
    act('khong-dong-y', async (page, permit, change) => {
      const why = Why.safeParse(page.field('why'))
      if (!why.success) {
        const errors = [{ field: 'why', text: page.t.life.changes.errors.why }]
        page.keepForm(`change ${change.id}`, keepable({ why: page.field('why') }), errors)
        return null
      }
      const done = await scheduled.decline(permit, change.id, why.data)
      if (!done.ok) return refusalText(page.t, done.refusal)
      page.notice('ok', page.t.life.changes.declined)
      return null
    }),
    act('huy', async (page, permit, change) => {
      const done = await scheduled.cancel(permit, change.id)
      if (!done.ok) return refusalText(page.t, done.refusal)
      page.notice('ok', page.t.life.changes.cancelled)
      return null
    }),
  ]
}

/** What a change is called. */
export function changeName(page: Page, { command }: Pick<Change, 'command'>): string {
  const names: Readonly<Record<string, { name: string } | undefined>> = { ...page.t.life.acts, ...page.t.people.names }
  return names[command.type]?.name ?? command.type
}

/** Why a change came to nothing, in words. */
function outcomeText(page: Page, { state, ended }: Change): string | null {
  if (!ended?.outcome) return null
  const refusals: Readonly<Record<string, string | undefined>> = page.t.refusals
  return state === 'refused' ? (refusals[ended.outcome] ?? ended.outcome) : ended.outcome
}
