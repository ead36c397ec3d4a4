import type { ImportView } from '../imports/viewing.ts'
import type { Page } from './page.ts'
import { count, duration, instant } from './views/formats.ts'

/** How far an import is that is being carried out, or that is done and arriving on the targets; null otherwise. */
export function progressOf(page: Page, { record, progress }: ImportView, now: Date) {
  const { t, lang } = page
  const says = t.imports.running
  if (!['running', 'paused', 'done'].includes(record.state) || progress.total === 0) return null
  const n = (value: number) => count(value, lang)
  const { done, total, inDirectory, inMail, needPerson } = progress
  const elapsed = record.startedAt === null ? 0 : now.getTime() - record.startedAt.getTime()
  const isMoving = record.state === 'running' && record.wish === null && done > 0
  const left = isMoving ? [says.left(duration((elapsed / done) * (total - done), lang))] : []
  return {
    label: says.progress,
    text: says.title(n(done), n(total)),
    share: Math.floor((100 * (done + inDirectory + inMail)) / (3 * total)),
    lines: [
      [says.title(n(done), n(total)), ...left].join(' · '),
      says.directory(n(inDirectory)),
      says.mail(n(inMail)),
      ...(needPerson > 0 ? [says.needPerson(n(needPerson))] : []),
    ],
    wish: record.wish === 'pause' ? says.pausing : record.wish === 'cancel' ? says.cancelling : null,
    needPerson: needPerson > 0,
  }
}

/** What may be done with an import that has ended. */
export function resultOf(page: Page, { record, counts }: ImportView, now: Date) {
  const { t, lang } = page
  const says = t.imports.done
  if (record.endedAt === null && !['done', 'cancelled'].includes(record.state)) return null
  const rest = (counts.outcomes.get('review') ?? 0) + (counts.outcomes.get('refused') ?? 0)
  const canUndo = ['done', 'cancelled', 'weighed'].includes(record.state) && (counts.states.get('done') ?? 0) > 0
  return {
    undoUntil:
      canUndo && record.undoUntil !== null && record.undoUntil > now
        ? says.undoUntil(instant(record.undoUntil, lang))
        : null,
    weighed: record.state === 'weighed',
    slips: ['done', 'cancelled', 'weighed'].includes(record.state) && counts.done.has('create'),
    proceed: record.state === 'done' && rest > 0 ? says.proceed(count(rest, lang)) : null,
    erased: record.erasedAt !== null,
  }
}
