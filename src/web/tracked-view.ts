import { minutes } from '../kernel/clock.ts'
import type { Tracked } from '../requests/requests.ts'
import { instant, day, type Lang } from './views/formats.ts'
import type { RequestTag } from './views/states.ts'
import type { Words } from './words/vi.ts'

/** After this long, "within minutes" is no longer true and the page says so. */
const USUAL = minutes(5)

export type TrackedView = {
  readonly tag: RequestTag
  readonly texts: readonly string[]
  readonly overdue: boolean
  readonly can: {
    readonly withdraw: boolean
    readonly complete: boolean
    readonly renew: boolean
    readonly signIn: boolean
  }
}

/** A text that begins with a name of ours begins a sentence. */
const sentence = (text: string): string => text.charAt(0).toLocaleUpperCase('vi') + text.slice(1)

/** What the applicant reads of a request, by its state and by how far its account has come; pure. */
export function trackedView(
  of: Tracked,
  at: { readonly now: Date; readonly t: Words; readonly lang: Lang; readonly phone: string },
): TrackedView {
  const { now, t, lang } = at
  const says = t.tracking
  const when = (date: Date | null) => (date === null ? '–' : instant(date, lang))
  const unit = of.unitName ?? ''
  const nothing = { withdraw: false, complete: false, renew: false, signIn: false }
  const view = (tag: RequestTag, texts: readonly string[], can: Partial<TrackedView['can']> = {}): TrackedView => ({
    tag,
    texts,
    overdue: false,
    can: { ...nothing, ...can },
  })
  switch (of.state) {
    case 'draft':
      return view('draft', [says.draft(when(of.expiresAt))], { complete: true, withdraw: true })
    case 'submitted': {
      const overdue = of.dueAt !== null && of.dueAt < now
      const passed = of.escalated
      const [nearest] = of.waits?.seats ?? []
      const holder = nearest === undefined ? unit : nearest.kind === 'unit' ? nearest.name : says.itStaff
      const text = passed
        ? says.escalated(passed.unitName ?? says.itStaff, when(passed.at))
        : overdue
          ? says.overdue(holder)
          : says.submitted(holder, when(of.dueAt))
      return { ...view('submitted', [sentence(text)], { withdraw: true }), overdue }
    }
    case 'returned': {
      const until = of.expiresAt === null ? '–' : day(of.expiresAt, lang)
      return view('returned', [says.returned(until, of.comment ?? '')], { complete: true, withdraw: true })
    }
    case 'approved':
      return { ...view('approved', []), ...accountView(of, at, when) }
    case 'rejected':
      return view('rejected', [`${says.rejected(of.comment ?? '')} ${says.rejectedContact(at.phone)}`], { renew: true })
    case 'withdrawn':
      return view('withdrawn', [says.withdrawn(when(of.decidedAt))], { renew: true })
    case 'expired':
      return view('expired', [says.expired], { renew: true })
    default:
      return of.state satisfies never
  }

  function accountView(request: Tracked, { t }: typeof at, when: (date: Date | null) => string): TrackedView {
    const { account } = request
    const address = request.address ?? ''
    if (account?.state === 'suspended') return view('activated', [t.signIn.suspended])
    if (account?.activatedAt) return view('activated', [says.activated], { signIn: true })
    if (account?.state === 'active') return view('ready', [says.activating(address)])
    if (account?.readyAt) {
      if (account.handOver === 'slip') return view('ready', [says.readySlip(address)])
      if (account.linkUntil === null) return view('ready', [says.readyExpired(address)])
      return view('ready', [says.ready(address, request.contactEmail, when(account.linkUntil))])
    }
    const late = request.decidedAt !== null && now.getTime() - request.decidedAt.getTime() > USUAL
    return view('approved', [says.approved(when(request.decidedAt)), ...(late ? [says.delayed] : [])])
  }
}
