import type { AccountEvent, AccountView } from '../accounts/account.ts'
import type { LifeAct } from '../accounts/life-acts.ts'
import type { DatedPost } from '../accounts/moves-store.ts'
import type { Change } from '../scheduled/change.ts'
import { changeName } from './changes.pages.ts'
import { actHref } from './life.pages.ts'
import type { Page } from './page.ts'
import { bytes, count, day, instant } from './views/formats.ts'

type Switch = { readonly text: string; readonly icon: 'tick-circle' | 'pause' | 'box' | 'shield' }

/** What an account's page says of its life: the switches with their days, the acts, what is to come, what was archived. */
export function lifeOf(
  page: Page,
  account: AccountView,
  of: {
    readonly changes: readonly Change[]
    readonly lastSignIn: Date | null
    /** Whether the mail server tells who signed in at all. */
    readonly knowsSignIns: boolean
    readonly acts: readonly LifeAct[]
    readonly posts: readonly (DatedPost & { readonly unitName: string })[]
  },
) {
  const { t, lang } = page
  const says = t.life.page
  const { life, state } = account
  const until = life.until === null ? null : day(life.until, lang)
  const stopped = state !== 'awaiting-activation' && state !== 'active'
  const verified = life.archives.some(({ discardedAt }) => discardedAt === null)

  function keep(): Switch {
    if (life.legalHold) return { text: says.keepHeld, icon: 'shield' }
    if (state === 'tombstone') return { text: says.keepGone, icon: 'box' }
    if (until === null || (state !== 'leaving' && state !== 'archived' && state !== 'deleted'))
      return { text: t.account.keepInUse, icon: 'box' }
    if (state === 'archived' && !verified) return { text: says.archiving(until), icon: 'box' }
    return { text: says.until[state](until), icon: 'box' }
  }

  return {
    signInText: account.signIn
      ? t.account.signInOn
      : stopped
        ? says.signInStopped(day(life.since, lang))
        : t.account.signInOff,
    keep: keep(),
    endsText: until !== null && (state === 'suspended' || state === 'on-leave') ? says.until[state](until) : null,
    facts: [
      { key: says.since, value: says.sinceValue(t.states.account[state], day(life.since, lang)) },
      ...(life.cause === null ? [] : [{ key: says.cause, value: t.life.causes[life.cause] }]),
      ...(life.reply === null || !account.receive ? [] : [{ key: t.life.act.fields.reply, value: life.reply }]),
      ...(account.kind === 'person'
        ? [
            {
              key: says.lastSignIn,
              value: of.lastSignIn
                ? instant(of.lastSignIn, lang)
                : of.knowsSignIns
                  ? says.neverSignedIn
                  : t.idle.notKnown,
            },
          ]
        : []),
      ...of.posts.map(({ title, unitName, until: last }) => ({
        key: says.posts,
        value: last === null ? says.post(title, unitName) : says.postUntil(title, unitName, day(last, lang)),
      })),
    ],
    archives: life.archives.map(({ no, messages, bytes: size, verifiedAt, restoredAt, discardedAt }) => ({
      key: says.archives,
      value: says.archive(count(no, lang), count(messages, lang), bytes(size, lang), instant(verifiedAt, lang)),
      sub: [
        ...(restoredAt === null ? [] : [says.archiveRestored(instant(restoredAt, lang))]),
        ...(discardedAt === null ? [] : [says.archiveDiscarded(instant(discardedAt, lang))]),
      ].join('; '),
    })),
    upcoming: of.changes
      .filter((change) => change.state === 'proposed' || change.state === 'waiting')
      .map((change) => ({
        href: `/thay-doi/${change.id}`,
        text:
          change.state === 'waiting'
            ? says.waitsFor(changeName(page, change), day(change.on, lang))
            : says.asksFor(changeName(page, change)),
      })),
    acts: of.acts.map((act) => ({
      href: actHref(account.id, act),
      text: act === 'return' && state === 'idle-locked' ? t.life.unlock.link : t.life.acts[act].link,
      danger: act === 'archive' || act === 'delete',
    })),
  }
}

/** One event of an account's history, with why, by which letter and until when. */
export function eventItem(page: Page, { kind, at, byName, note, detail }: AccountEvent) {
  const { t, lang } = page
  const says = t.life.page
  const title = (t.history as Readonly<Record<string, unknown>>)[kind]
  const roles: Readonly<Record<string, string | undefined>> = t.roles
  const parts = [
    note === null ? null : (roles[note] ?? note),
    detail?.firstHeir === true ? says.firstHeir : null,
    detail?.cause ? t.life.causes[detail.cause] : null,
    detail?.until ? says.eventUntil(day(detail.until, lang)) : null,
    detail?.reply ? says.eventReply(detail.reply) : kind === 'reply-changed' ? t.life.act.fields.noReply : null,
    detail?.messages === undefined ? null : says.messages(count(detail.messages, lang)),
    detail?.why ?? null,
    detail?.letter ? says.letter(detail.letter.number, day(detail.letter.date, lang)) : null,
    detail?.askedBy === undefined ? null : says.askedBy(detail.askedBy),
  ].filter((part) => part !== null && part !== '')
  return {
    title: typeof title === 'string' ? title : kind,
    at,
    by: byName === 'life' || byName === '' ? t.history.system : byName,
    text: parts.join(' · '),
  }
}
