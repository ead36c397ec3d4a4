import { RequestId } from '../kernel/ids.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { takesVouching } from '../requests/ask.ts'
import { IDENTITIES } from '../requests/request.ts'
import { MOST_AT_ONCE, type Read, type RequestView, type SeveralChoice } from '../requests/requests.ts'
import { commentText } from './decision.pages.ts'
import { errorAt, keepable, keptForm } from './kept-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { refusedText } from './words/sayings.ts'
import { seatText } from './words/workflow-sayings.ts'

const PATH = '/cho-duyet/nhieu'
const RESULT = '/cho-duyet/nhieu/ket-qua'
const FORM = 'several'
const OUTCOMES = 'several-outcomes'
const ACTS = ['approve', 'return'] as const
type Act = (typeof ACTS)[number]
const Comment = lines(10, 2_000)

type Kept = { readonly view: RequestView; readonly why: string }

/** The same decision about several requests of the inbox: what was chosen, the decision, and what came of each. */
export function severalPages(services: Services): Route[] {
  const { requests, log } = services

  async function show(page: Page): Promise<void> {
    const act = ACTS.find((each) => each === page.query('lam')) ?? 'approve'
    const ids = identifiers(page.queries('chon'))
    const permit = page.permit('request.read')
    const views = (await Promise.all(ids.map((id) => requests.read(permit, id)))).filter((view) => view !== null)
    if (views.length === 0) {
      page.notice('info', page.t.decisions.several.none)
      page.redirect('/cho-duyet')
      return
    }
    const kept: Kept[] = []
    const ready: RequestView[] = []
    for (const view of views) {
      const why = hindrance(page, act, view)
      if (why === null) ready.push(view)
      else kept.push({ view, why })
    }
    const form = keptForm(page, FORM)
    const says = page.t.decisions.several
    await page.render('several.njk', {
      title: ready.length === 0 ? says.nothingReady : says[act].title(ready.length),
      back: { href: '/cho-duyet', text: page.t.decision.back },
      act,
      ready,
      kept,
      unknown: ready.some(({ identity, details }) => identity === null && takesVouching(details)),
      typed: form?.values ?? {},
      wrong: {
        identity: errorAt(form, 'identity'),
        handOver: errorAt(form, 'handOver'),
        comment: errorAt(form, 'comment'),
      },
      errors: form?.errors ?? [],
    })
  }

  type Views = ReadonlyMap<RequestId, RequestView>

  /** Those of them that are within reach. */
  async function viewsOf(page: Page, of: readonly { readonly id: RequestId }[]): Promise<Views> {
    const permit = page.permit('request.read')
    const views = await Promise.all(of.map(({ id }) => requests.read(permit, id)))
    return new Map(views.flatMap((view) => (view === null ? [] : [[view.id, view] as const])))
  }

  /** What came of each; with 503 the database may be away. */
  function showOutcomes(page: Page, act: Act, told: readonly Told[], views: Views, status?: 503): Promise<void> {
    const done = told.filter((each) => each.done).length
    return page.render(
      'several-done.njk',
      {
        title: page.t.decisions.several[act].done(done, told.length - done),
        back: { href: '/cho-duyet', text: page.t.decision.back },
        rows: told.map((each) => ({ ...each, view: views.get(each.id) ?? null })),
      },
      status,
    )
  }

  const FIELDS = ['lam', 'identity', 'handOver', 'comment', 'known'] as const

  return [
    guarded('get', PATH, 'request.decide', show),

    guarded('post', PATH, 'request.decide', async (page, permit) => {
      const typed = page.fields(FIELDS)
      const chosen = chosenIn(page.all('chon'))
      const act = ACTS.find((each) => each === typed.lam) ?? 'approve'
      const parsed = parse(page, act, typed)
      if (!parsed.ok) {
        page.keepForm(FORM, keepable(typed), parsed.errors)
        const query = new URLSearchParams([['lam', act], ...chosen.map(({ id }) => ['chon', id] as [string, string])])
        page.redirect(`${PATH}?${query.toString()}`)
        return
      }
      page.takeForm(FORM)
      // Read before, so that each has its name below even where nothing can be read any more.
      const views = await viewsOf(page, chosen)
      const outcomes = await requests.decideSeveral(permit, parsed.choice, chosen, (error) => {
        log.error({ err: error }, 'Deciding about several requests broke off')
      })
      const told = outcomes.map(({ id, outcome }): Told => {
        if (!outcome.ok) {
          const { refusal } = outcome
          const text = refusal.kind === 'unavailable' ? page.t.decisions.several.tryAgain : refusedText(page.t, refusal)
          return { id, done: false, text }
        }
        const { value } = outcome
        const slip = value.state === 'approved' && typed.handOver === 'slip' ? value.accountId : null
        const onwards = value.state === 'submitted' ? seatText(page.t, value.seat) : null
        const text = onwards === null ? '' : page.t.workflow.decision.stepDone(onwards)
        return { id, done: true, state: value.state, text, slip }
      })
      const away = outcomes.some((each) => !each.outcome.ok && each.outcome.refusal.kind === 'unavailable')
      if (!away) {
        page.keepForm(OUTCOMES, { act, told: JSON.stringify(told) }, [])
        if (await page.stored()) {
          page.redirect(RESULT)
          return
        }
        page.takeForm(OUTCOMES)
      }
      // The next page might not come, for the session is in the database too: what is known is told at once.
      await showOutcomes(page, act, told, views, 503)
    }),

    guarded('get', RESULT, 'request.decide', async (page) => {
      const form = keptForm(page, OUTCOMES)
      if (form === null) {
        page.redirect('/cho-duyet')
        return
      }
      const told = JSON.parse(form.values['told'] ?? '[]') as Told[]
      const act = form.values['act'] === 'return' ? 'return' : 'approve'
      await showOutcomes(page, act, told, await viewsOf(page, told))
    }),
  ]
}

type Told = {
  readonly id: RequestId
  readonly done: boolean
  readonly state?: 'approved' | 'submitted' | 'returned'
  readonly text: string
  /** The account whose slip is to be printed. */
  readonly slip?: string | null
}

/** What keeps a request from being decided about together with others; null when nothing does. */
function hindrance(page: Page, act: Act, view: RequestView): string | null {
  const { t } = page
  if (view.state !== 'submitted') return t.refusals['not-in-state']
  if (view.turn.kind === 'take-over') return t.refusals['not-your-turn']
  if (view.turn.kind !== 'yours') return t.refusals[view.turn.kind]
  return act === 'approve' && view.duplicate ? t.decision.errors.duplicate : null
}

const identifiers = (texts: readonly string[]): RequestId[] =>
  [
    ...new Set(
      texts.flatMap((text) => {
        const id = RequestId.safeParse(text)
        return id.success ? [id.data] : []
      }),
    ),
  ].slice(0, MOST_AT_ONCE)

/** Each as `id.version`; what is none is left out. */
function chosenIn(texts: readonly string[]): Read[] {
  const found = new Map<RequestId, number>()
  for (const text of texts) {
    const [id, version] = text.split('.')
    const parsed = RequestId.safeParse(id)
    if (parsed.success && /^\d{1,9}$/.test(version ?? '')) found.set(parsed.data, Number(version))
  }
  return [...found].slice(0, MOST_AT_ONCE).map(([id, version]) => ({ id, version }))
}

function parse(
  page: Page,
  act: Act,
  typed: Readonly<Record<'identity' | 'handOver' | 'comment' | 'known', string>>,
): { ok: true; choice: SeveralChoice } | { ok: false; errors: FieldError[] } {
  const says = page.t.decision.errors
  if (act === 'return') {
    const comment = Comment.safeParse(typed.comment)
    if (comment.success) return { ok: true, choice: { type: 'return', comment: comment.data } }
    const text = commentText(page.t, comment.error.issues[0]?.message, says.returnEmpty)
    return { ok: false, errors: [{ field: 'comment', text }] }
  }
  // Where every one of them has taken its first step, who they are was said there.
  if (typed.known === 'yes') return { ok: true, choice: { type: 'approve' } }
  const identity = IDENTITIES.find((each) => each === typed.identity)
  const handOver = (['link', 'slip'] as const).find((each) => each === typed.handOver)
  if (identity && handOver) return { ok: true, choice: { type: 'approve', identity, handOver } }
  return {
    ok: false,
    errors: [
      ...(identity ? [] : [{ field: 'identity', text: says.identity }]),
      ...(handOver ? [] : [{ field: 'handOver', text: says.handOver }]),
    ],
  }
}
