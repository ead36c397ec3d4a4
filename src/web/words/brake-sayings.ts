import type { Reason } from '../../brake/brake.ts'
import { count, percent, type Lang } from '../views/formats.ts'
import type { Words } from './vi.ts'

/** Why a plan was stopped, in one sentence. */
export function reasonText(t: Words, lang: Lang, reason: Reason): string {
  const says = t.brake.reasons
  const n = (number: number) => count(number, lang)
  const share = (some: number, all: number) => percent(all === 0 ? 1 : some / all, lang)
  const limit = (of: number) => percent(of / 100, lang)
  switch (reason.kind) {
    case 'number':
      return says.number(t.brake.changes[reason.change], n(reason.n), n(reason.limit))
    case 'percent':
      return says.percent(t.brake.changes[reason.change], share(reason.n, reason.of), limit(reason.limit))
    case 'unit':
      return says.unit(
        t.brake.changes[reason.change],
        ...([reason.unitName, n(reason.n), n(reason.of), limit(reason.limit)] as const),
      )
    case 'window-number':
      return says.windowNumber(
        t.brake.changes[reason.change],
        ...([n(reason.n), n(reason.before), n(reason.days), n(reason.limit)] as const),
      )
    case 'window-percent':
      return says.windowPercent(
        t.brake.changes[reason.change],
        ...([share(reason.n + reason.before, reason.of), n(reason.days), limit(reason.limit)] as const),
      )
    case 'looser':
      return says.looser
    case 'always-two':
      return says.alwaysTwo
    default:
      return reason satisfies never
  }
}
