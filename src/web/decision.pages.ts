import { covers } from '../access/policy.ts'
import type { HandOver } from '../accounts/account.ts'
import { localPartOf } from '../kernel/email-address.ts'
import { RequestId } from '../kernel/ids.ts'
import { lines } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { takesVouching } from '../requests/ask.ts'
import { IDENTITIES, type Identity } from '../requests/request.ts'
import type { RequestView } from '../requests/requests.ts'
import { commentsView } from './comments-view.ts'
import { differences } from './differences.ts'
import { HttpFault } from './http-fault.ts'
import type { KeptForm, Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { requestRows } from './request-rows.ts'
import { guarded, type Route } from './route.ts'
import { stepsView } from './steps-view.ts'
import { instant } from './views/formats.ts'
import { troubleText } from './words/letter-sayings.ts'
import { refusedText, whyText } from './words/sayings.ts'
import type { Words } from './words/vi.ts'
import { seatsText, seatText } from './words/workflow-sayings.ts'

const FIELDS = ['decision', 'identity', 'handOver', 'returnText', 'rejectText', 'version'] as const
type Input = Record<(typeof FIELDS)[number], string>
const Comment = lines(10, 2_000)

const versionOf = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : 0)

type Choice =
  | { readonly type: 'approve'; readonly vouched: { identity: Identity; handOver: HandOver } | null }
  | { readonly type: 'return' | 'reject'; readonly comment: string }

/** One request: what is known of it, and the decision. */
export function decisionPages(services: Services): Route[] {
  const { requests, accounts, tombstones } = services

  async function show(page: Page, view: RequestView, kept: KeptForm | null, number: string | null): Promise<void> {
    const open = view.state === 'submitted'
    const decides = page.may('request.decide') && covers(page.permit('request.decide').units, view.details.unitId)
    const mayDecide = open && decides
    const mayReveal = page.may('number.reveal') && covers(page.permit('number.reveal').units, view.details.unitId)
    const account =
      view.accountId !== null && page.may('account.read')
        ? await accounts.read(page.permit('account.read'), view.accountId)
        : null
    const stage =
      view.state !== 'approved' || account === null || account.readyAt === null
        ? view.state
        : account.activatedAt === null
          ? 'ready'
          : 'activated'
    const [letter, sentAgain, why, trouble] = await Promise.all([
      requests.letterOf(view.id),
      requests.resubmission(view.id),
      view.address === null ? null : tombstones.why(localPartOf(view.address)),
      services.letters.trouble(view.contactEmail),
    ])
    const written = await requests.comments(page.permit('request.read'), view.id)
    const said = commentsView(page, written?.lines ?? [], {
      // Whoever asked for it answers as the applicant, on their own page.
      ...{ id: view.id, action: decides && written?.own === false ? `/cho-duyet/${view.id}/y-kien` : null },
      ...{ chooses: true, readers: true },
    })
    const errorOf = (field: string) => kept?.errors.find((error) => error.field === field)?.text
    const typed = kept?.values ?? {}
    await page.render('request-decision.njk', {
      title: view.title,
      // The page that shows a number answers a POST; what links to itself leads to the request.
      path: `/cho-duyet/${view.id}`,
      back: { href: '/cho-duyet', text: page.t.decision.back },
      errors: [...(kept?.errors ?? []), ...said.errors],
      comments: said.comments,
      view,
      stage,
      account,
      letter,
      differences: differences(page.t, sentAgain),
      why: why && whyText(page.t, why),
      trouble: troubleText(page.t, page.lang, view.contactEmail, trouble),
      rows: requestRows(page.t, view.details, view.names, view.address),
      number,
      vouches: takesVouching(view.details),
      revealed: number !== null,
      mayReveal,
      steps: stepsView(view, page.t),
      panel: mayDecide && view.turn.kind === 'yours',
      turn: mayDecide ? view.turn : null,
      seats: view.waits ? seatsText(page.t, view.waits.seats) : '',
      final: view.waits === null || view.waits.step === view.waits.of,
      typed,
      wrong: Object.fromEntries([...FIELDS, 'why'].map((field) => [field, errorOf(field)])),
      // Somebody else was faster: what was typed is shown once more, so that it is not lost.
      lost: open ? null : typed['returnText'] || typed['rejectText'] || null,
      now: services.clock(),
      late: view.dueAt.getTime() - services.clock().getTime(),
    })
  }

  async function find(page: Page): Promise<RequestView> {
    const view = await requests.read(page.permit('request.read'), page.param('id', RequestId))
    if (view === null) throw new HttpFault(404)
    return view
  }

  return [
    guarded('get', '/cho-duyet/:id', 'request.read', async (page, permit) => {
      const purged = await requests.purged(permit, page.param('id', RequestId))
      if (purged !== null) {
        const { purged: says } = page.t.retention
        await page.render('request-purged.njk', {
          ...{ title: says.title(purged.code), back: { href: '/cho-duyet', text: page.t.decision.back } },
          ...{ request: purged, text: says.text(instant(purged.purgedAt, page.lang)) },
        })
        return
      }
      const view = await find(page)
      await show(page, view, page.takeForm(`decision ${view.id}`), null)
    }),

    guarded('post', '/cho-duyet/:id/quyet-dinh', 'request.decide', async (page, permit) => {
      const id = page.param('id', RequestId)
      const input = page.fields(FIELDS)
      const again = (errors: readonly FieldError[]) => {
        page.keepForm(`decision ${id}`, input, errors)
        page.redirect(`/cho-duyet/${id}`)
      }
      const { identity, details } = await find(page)
      const vouched = identity !== null || !takesVouching(details)
      const parsed = parse(page, input, vouched)
      if (!parsed.ok) {
        again(parsed.errors)
        return
      }
      const { choice } = parsed
      const version = versionOf(input.version)
      const outcome =
        choice.type === 'approve'
          ? await requests.approve(permit, id, { version, ...choice.vouched })
          : await requests[choice.type](permit, id, { version, comment: choice.comment })
      if (!outcome.ok) {
        if (outcome.refusal.kind === 'unknown-request') throw new HttpFault(404)
        again([{ field: 'decision', text: refusedText(page.t, outcome.refusal) }])
        return
      }
      const approved = typeof outcome.value === 'object' ? outcome.value : null
      const onwards = approved?.state === 'submitted' ? seatText(page.t, approved.seat) : null
      page.notice(
        'ok',
        onwards === null ? doneText(page, details.kind, choice.type) : page.t.workflow.decision.stepDone(onwards),
      )
      const slip = choice.type === 'approve' && choice.vouched?.handOver === 'slip' && approved?.state === 'approved'
      page.redirect(slip && approved.accountId !== null ? `/tai-khoan/${approved.accountId}?muc=giao` : '/cho-duyet')
    }),

    guarded('post', '/cho-duyet/:id/nhan-xu-ly', 'request.decide', async (page, permit) => {
      const { id } = await find(page)
      const input = page.fields(['why', 'version'])
      const why = Comment.safeParse(input.why)
      const again = (text: string) => {
        page.keepForm(`decision ${id}`, { why: input.why.slice(0, 3_000) }, [{ field: 'why', text }])
        page.redirect(`/cho-duyet/${id}`)
      }
      if (!why.success) {
        again(page.t.workflow.policy.errors.why)
        return
      }
      const taken = await requests.takeOver(permit, id, { version: versionOf(input.version), comment: why.data })
      if (!taken.ok) {
        again(refusedText(page.t, taken.refusal))
        return
      }
      page.notice('ok', page.t.workflow.turn.takenOver)
      page.redirect(`/cho-duyet/${id}`)
    }),

    guarded('post', '/cho-duyet/:id/so-dinh-danh', 'number.reveal', async (page, permit) => {
      const view = await find(page)
      const number = await requests.reveal(permit, view.id)
      if (!number.ok) throw new HttpFault(404)
      await show(page, view, null, number.value.replace(/(\d{3})(?=\d)/g, '$1 '))
    }),
  ]
}

function parse(
  page: Page,
  input: Input,
  vouched: boolean,
): { ok: true; choice: Choice } | { ok: false; errors: FieldError[] } {
  const says = page.t.decision.errors
  const wrong = (...errors: FieldError[]) => ({ ok: false as const, errors })
  switch (input.decision) {
    case 'approve': {
      if (vouched) return { ok: true, choice: { type: 'approve', vouched: null } }
      const identity = IDENTITIES.find((each) => each === input.identity)
      const handOver = (['link', 'slip'] as const).find((each) => each === input.handOver)
      if (identity && handOver) return { ok: true, choice: { type: 'approve', vouched: { identity, handOver } } }
      return wrong(
        ...(identity ? [] : [{ field: 'identity', text: says.identity }]),
        ...(handOver ? [] : [{ field: 'handOver', text: says.handOver }]),
      )
    }
    case 'return':
    case 'reject': {
      const type = input.decision
      const field = type === 'return' ? 'returnText' : 'rejectText'
      const comment = Comment.safeParse(input[field])
      if (comment.success) return { ok: true, choice: { type, comment: comment.data } }
      const empty = type === 'return' ? says.returnEmpty : says.rejectEmpty
      return wrong({ field, text: commentText(page.t, comment.error.issues[0]?.message, empty) })
    }
    default:
      return wrong({ field: 'decision', text: says.choose })
  }
}

/** What was decided, in words. */
const doneText = ({ t }: Page, kind: RequestView['kind'], type: Choice['type']): string =>
  kind === 'person' || type !== 'approve' ? t.decision.done[type] : t.asking.decision.done

/** What is wrong with a comment that the applicant is to read. */
export function commentText(t: Words, code: string | undefined, empty: string): string {
  const says = t.decision.errors
  const texts: Record<string, string> = {
    ...{ empty, 'too-short': says.short, 'too-long': says.long(2_000), odd: t.request.errors.control },
  }
  return texts[code ?? ''] ?? says.short
}
