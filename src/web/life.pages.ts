import type { AccountView } from '../accounts/account.ts'
import { ACT_RULES, isLifeAct, needsLetter, type LifeAct } from '../accounts/life-acts.ts'
import { PEOPLES_CAUSES, type Life } from '../accounts/life.ts'
import type { AskedAct } from '../accounts/lives.ts'
import type { DatedPost } from '../accounts/moves-store.ts'
import { dayOf } from '../kernel/day.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import { tidyLines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import type { ChangeSeat } from '../scheduled/change.ts'
import { HttpFault } from './http-fault.ts'
import { back, errorAt, keepable, keptForm } from './kept-form.ts'
import { ACT_FIELDS, actFrom, fieldOf, FIELDS_OF, OPEN_ENDED, partsOf, type ActInput, type Named } from './life-form.ts'
import { listHref } from './lists.ts'
import type { KeptForm, Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { unitChoices } from './unit-choice.ts'
import { day } from './views/formats.ts'
import { refusalText } from './words/sayings.ts'

type Door = { readonly path: 'viec' | 'luu-giu'; readonly action: 'life.ask' | 'life.keep' }
/** Acts of administrators and IT staff, and those of IT staff alone. */
const DOORS: readonly Door[] = [
  { path: 'viec', action: 'life.ask' },
  { path: 'luu-giu', action: 'life.keep' },
]
const CHECK = 'kiem-tra'

/** Where an act about an account begins. */
export const actHref = (id: AccountId, act: LifeAct): string =>
  `/tai-khoan/${id}/${ACT_RULES[act].asks === 'it-staff' ? 'luu-giu' : 'viec'}?lam=${act}`

/** What is done about an account's life: a form, what will come of it, and only then the act. */
export function lifePages(services: Services): Route[] {
  const { accounts, lives, life, units, mail, clock } = services
  const choices = unitChoices(services)
  const today = () => dayOf(clock())

  /** The account and the act that its page is about; 404 for whatever is not open to the reader. */
  async function find(
    page: Page,
    act: string,
  ): Promise<{ account: AccountView; act: LifeAct; posts: readonly DatedPost[] }> {
    const account = await accounts.read(page.permit('account.read'), page.param('id', AccountId))
    if (account === null) throw new HttpFault(404)
    const open = await lives.open(page.actor, account.id)
    if (!isLifeAct(act) || !open.acts.includes(act)) throw new HttpFault(404)
    return { account, act, posts: open.posts }
  }

  const wordsOf = (page: Page, act: LifeAct, account: AccountView) => {
    const words = page.t.life.acts[act]
    return act === 'return' && account.state === 'idle-locked' ? { ...words, ...page.t.life.unlock } : words
  }
  const formOf = (account: AccountView, act: LifeAct) => ({
    name: `act ${account.id} ${act}`,
    path: actHref(account.id, act),
  })
  const askPermit = (page: Page, act: LifeAct) =>
    ACT_RULES[act].asks === 'it-staff' ? page.permit('life.keep') : page.permit('life.ask')

  async function form(
    page: Page,
    account: AccountView,
    act: LifeAct,
    posts: readonly DatedPost[],
    kept: KeptForm | null,
  ) {
    const { t } = page
    const { policy } = await life.present()
    const [year = '', month = '', date = ''] = today().split('-')
    const begun = { onDay: date, onMonth: month, onYear: year, reply: account.life.reply ?? '' }
    const typed = { ...begun, ...kept?.values } as ActInput & Record<string, string>
    const says = t.life.act.fields
    const wrong = (field: string) => errorAt(kept, field)
    const unitText = typed['unit'] ?? ''
    const offered = wrong('unit') && unitText !== '' ? await units.search(unitText, 12) : []
    const needed = needsLetter(act, policy)
    await page.render('life-act.njk', {
      title: wordsOf(page, act, account).title,
      back: { href: `/tai-khoan/${account.id}`, text: account.displayName },
      errors: kept?.errors ?? [],
      account,
      act,
      action: actHref(account.id, act).split('?')[0],
      has: Object.fromEntries(FIELDS_OF[act].map((field) => [field, true])),
      needed,
      openEnded: OPEN_ENDED.includes(act),
      asksSuccessor: (act === 'leave' || act === 'transfer') && account.held.length > 0,
      typed,
      dates: { on: partsOf(typed, 'on'), until: partsOf(typed, 'until'), letter: partsOf(typed, 'letter') },
      labels: {
        until: says.until[act as keyof typeof says.until],
        untilHint: act === 'keep-until' ? says.keepHint : says.untilHint,
        replyHint: mail.capabilities.reply ? says.replyHint : says.replyLacking,
        unit: says.unit[act as keyof typeof says.unit],
        title: says.title[act as keyof typeof says.title],
      },
      causes: PEOPLES_CAUSES.map((value) => ({ value, text: t.life.causes[value] })),
      toItems: (['in-use', 'kept'] as const).map((value) => ({ value, ...says.toItems[value] })),
      posts: await Promise.all(
        posts.map(async ({ id, title, unitId }) => ({
          value: id,
          text: t.life.page.post(title, (await units.find(unitId))?.name ?? ''),
        })),
      ),
      offered: offered.map(({ id, name, parentName }) => ({ id, name, parent: parentName })),
      wrong: Object.fromEntries([...ACT_FIELDS, 'on', 'until', 'letter', 'unit'].map((field) => [field, wrong(field)])),
    })
  }

  async function check(
    page: Page,
    account: AccountView,
    act: LifeAct,
    asked: AskedAct,
    outcome: { after: Life | null; seats: readonly ChangeSeat[] },
  ) {
    const { t, lang, actor } = page
    const { command, on, why, letter } = asked
    const says = t.life.act
    const words = wordsOf(page, act, account)
    const unitName = async (id: UnitId) => (await units.find(id))?.name ?? ''
    const other = command.type === 'transfer' || command.type === 'second-post' ? await unitName(command.unitId) : null
    const until = 'until' in command ? command.until : null
    const { after, seats } = outcome
    const facts = [
      ...('cause' in command ? [{ key: says.fields.cause, value: t.life.causes[command.cause] }] : []),
      ...('reply' in command && (act === 'reply' || command.reply)
        ? [{ key: says.fields.reply, value: command.reply ?? says.fields.noReply }]
        : []),
      ...('to' in command ? [{ key: says.fields.to, value: says.fields.toItems[command.to].text }] : []),
      ...('unitId' in command
        ? [
            { key: says.fields.unit[command.type], value: other },
            { key: says.fields.title[command.type], value: command.title },
          ]
        : []),
      { key: says.fields.on, value: on === today() ? says.today(day(on, lang)) : day(on, lang) },
      ...(until === null
        ? []
        : [{ key: says.fields.until[act as keyof typeof says.fields.until], value: day(until, lang) }]),
      { key: says.fields.why, value: why },
      ...(letter === null
        ? []
        : [{ key: t.life.changes.facts.letter, value: t.life.page.letter(letter.number, day(letter.date, lang)) }]),
    ]
    await page.render('life-check.njk', {
      title: words.title,
      back: { href: actHref(account.id, act), text: says.back },
      account,
      act,
      action: actHref(account.id, act).split('?')[0],
      facts,
      words,
      will: [
        ...words.will,
        ...(after?.state === 'leaving' && after.until !== null ? [t.life.keptUntil(day(after.until, lang))] : []),
        ...(after !== null && after.state !== account.state ? [t.life.stateFrom(t.states.account[after.state])] : []),
      ],
      second: seats.length < 2 ? null : other === null ? says.second : says.secondUnits(account.unitName, other),
      logged: says.logged(actor.name),
    })
  }

  /** What was typed, with what its texts name. */
  async function named(page: Page, act: LifeAct, posts: readonly DatedPost[]) {
    const unit = FIELDS_OF[act].includes('unit') ? await choices.posted(page, 'unit') : null
    const successor = page.field('successor').slice(0, 254)
    return {
      texts: { unit: unit?.text ?? '', unitId: unit?.unit?.id ?? '' },
      named: {
        unit: unit?.unit?.id ?? null,
        successor: successor.trim() === '' ? null : await lives.inService(successor),
        posts: posts.map(({ id }) => id),
        needsLetter: needsLetter(act, (await life.present()).policy),
      } satisfies Named,
    }
  }
  /** What was kept from the form, as it was typed. */
  async function again(kept: KeptForm, act: LifeAct, posts: readonly DatedPost[]) {
    const values = kept.values
    const unit = UnitId.safeParse(values['unitId'])
    const successor = values['successor'] ?? ''
    const input = Object.fromEntries(ACT_FIELDS.map((field) => [field, values[field] ?? ''])) as ActInput
    const of: Named = {
      unit: unit.success ? unit.data : null,
      successor: successor.trim() === '' ? null : await lives.inService(successor),
      posts: posts.map(({ id }) => id),
      needsLetter: needsLetter(act, (await life.present()).policy),
    }
    return { input, named: of }
  }

  const refused = (page: Page, act: LifeAct, refusal: Parameters<typeof refusalText>[1]): FieldError[] => [
    { field: fieldOf(refusal.kind, act), text: refusalText(page.t, refusal) },
  ]

  const pagesOf = ({ path, action }: Door): Route[] => [
    guarded('get', `/tai-khoan/:id/${path}`, action, async (page) => {
      const asked = page.query('lam')
      if (asked === '') {
        const account = await accounts.read(page.permit('account.read'), page.param('id', AccountId))
        if (account === null) throw new HttpFault(404)
        page.redirect(`/tai-khoan/${account.id}`)
        return
      }
      const { account, act, posts } = await find(page, asked)
      const kept = keptForm(page, formOf(account, act).name)
      if (page.query('buoc') === CHECK && kept?.errors.length === 0) {
        const { input, named: of } = await again(kept, act, posts)
        const parsed = actFrom(page.t, act, input, of, today())
        const outcome = parsed.ok ? await lives.foresee(askPermit(page, act), account.id, parsed.asked) : null
        if (parsed.ok && outcome?.ok) {
          await check(page, account, act, parsed.asked, outcome.value)
          return
        }
      }
      await form(page, account, act, posts, kept)
    }),

    guarded('post', `/tai-khoan/:id/${path}`, action, async (page) => {
      const { account, act, posts } = await find(page, page.field('lam'))
      const place = formOf(account, act)
      const confirms = page.field('act') === 'confirm'
      const kept = confirms ? page.takeForm(place.name) : null
      const posted = page.fields(ACT_FIELDS)
      const typed = { ...posted, reply: tidyLines(posted.reply) }
      const { input, ...rest } = kept
        ? { ...(await again(kept, act, posts)), texts: {} }
        : { input: typed, ...(await named(page, act, posts)) }
      const values = kept ? kept.values : { ...keepable(typed), ...rest.texts }
      const parsed = actFrom(page.t, act, input, rest.named, today())
      if (!parsed.ok) {
        back(page, place, values, parsed.errors)
        return
      }
      const permit = askPermit(page, act)
      if (kept === null) {
        const outcome = await lives.foresee(permit, account.id, parsed.asked)
        if (!outcome.ok) {
          back(page, place, values, refused(page, act, outcome.refusal))
          return
        }
        back(page, { ...place, path: listHref(place.path.split('?')[0] ?? '', { lam: act, buoc: CHECK }) }, values, [])
        return
      }
      const done = await lives.ask(permit, account.id, parsed.asked)
      if (!done.ok) {
        back(page, place, values, refused(page, act, done.refusal))
        return
      }
      const { t, lang } = page
      const { name } = wordsOf(page, act, account)
      const { state } = done.value
      const says = t.life.act.done
      if (state === 'waiting') page.notice('ok', says.waiting(name, day(parsed.asked.on, lang)))
      else page.notice(state === 'proposed' ? 'info' : 'ok', says[state === 'proposed' ? state : 'applied'](name))
      page.redirect(`/tai-khoan/${account.id}`)
    }),
  ]

  return DOORS.flatMap(pagesOf)
}
