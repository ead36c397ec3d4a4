import { covers } from '../access/policy.ts'
import type { AccountView } from '../accounts/account.ts'
import { dayOf } from '../kernel/day.ts'
import { localPartOf } from '../kernel/email-address.ts'
import { AccountId, type UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { eventItem, lifeOf } from './account-life.ts'
import { findingRow } from './finding-view.ts'
import { HttpFault } from './http-fault.ts'
import { ledgerOf } from './ledger-view.ts'
import { listHref, oneOf } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { slipPage } from './slip-page.ts'
import { valuesOf } from './value-view.ts'
import { count } from './views/formats.ts'
import { troubleText } from './words/letter-sayings.ts'
import { refusalText, whyText } from './words/sayings.ts'

const SECTIONS = ['dong-bo', 'gia-tri', 'nguoi-dung', 'thong-tin', 'lich-su', 'giao', 'mat-khau'] as const

/** One account's page with its ledger and acts, and the reader's own. */
export function accountPage(services: Services): Route[] {
  const { accounts, sync, resetting } = services

  async function find(page: Page): Promise<AccountView> {
    const account = await accounts.read(page.permit('account.read'), page.param('id', AccountId))
    if (account === null) throw new HttpFault(404)
    return account
  }

  return [
    guarded('get', '/tai-khoan/:id', 'account.read', async (page) => {
      const account = await find(page)
      const { t } = page
      const path = `/tai-khoan/${account.id}`
      const ledger = page.may('sync.read')
      const handOver =
        account.state === 'awaiting-activation' &&
        page.may('account.hand-over') &&
        covers(page.permit('account.hand-over').units, account.unitId)
      const resets = page.may('password.reset') && (await resetting.open(page.permit('password.reset'), account.id))
      const sections = SECTIONS.filter(
        (section) =>
          ((section !== 'dong-bo' && section !== 'gia-tri') || ledger) &&
          (section !== 'giao' || handOver) &&
          (section !== 'mat-khau' || resets) &&
          (section !== 'nguoi-dung' || account.kind !== 'person'),
      )
      const [first = 'thong-tin', ...rest] = sections
      const section = oneOf([first, ...rest], page.query('muc'))
      const record = page.may('person.read') ? await services.people.ofAccount(account.id) : null
      const quota = section === 'thong-tin' ? await services.quotas.explain(account.id) : null
      const [why, usage, lastSignIn, rows, findings, explained, changes, open, trouble, request] = await Promise.all([
        section === 'thong-tin' || section === 'gia-tri' ? services.tombstones.why(localPartOf(account.address)) : null,
        accounts.usage(account),
        accounts.lastSignIn(account),
        sync.rows({ kind: 'account', id: account.id }),
        section === 'dong-bo' && page.may('reconcile.read')
          ? services.reconcile.about(page.permit('reconcile.read'), 'account', account.id)
          : null,
        section === 'gia-tri' && page.may('reconcile.read')
          ? services.reconcile.explain(page.permit('reconcile.read'), account.id)
          : null,
        services.scheduled.ofSubject({ kind: 'account', id: account.id }),
        services.lives.open(page.actor, account.id),
        account.contactEmail === null ? null : services.letters.trouble(account.contactEmail),
        account.requestId !== null && page.may('request.read') && section === 'thong-tin'
          ? services.requests.read(
              page.permit('request.read'),
              account.requestId as Parameters<typeof services.requests.read>[1],
            )
          : null,
      ])
      // Somebody of another unit is named, but their page is not the reader's to open.
      const readable = page.permit('account.read').units
      const linked = <T extends { readonly unitId: UnitId }>(list: readonly T[]) =>
        list.map((each) => ({ ...each, readable: covers(readable, each.unitId) }))
      const present = linked(account.holders.filter(({ until }) => until === null))
      const words = {
        'dong-bo': t.account.tabs.sync,
        'gia-tri': t.reconcile.why.tab,
        'nguoi-dung': t.shared.holders.tab,
        'thong-tin': t.account.tabs.details,
        'lich-su': t.account.tabs.history,
        giao: t.account.handOverTitle,
        'mat-khau': t.password.tab,
      }
      await page.render('account.njk', {
        title: account.displayName,
        back: { href: '/tai-khoan', text: t.account.back },
        account,
        record,
        quotaBy: quota && page.t.quotas.by[quota.by],
        why: why && whyText(t, why),
        trouble: troubleText(t, page.lang, account.contactEmail, trouble),
        usage,
        section,
        request,
        tabs: sections.map((each) => ({
          href: listHref(path, { muc: each === first ? '' : each }),
          text: words[each],
          count: each === 'lich-su' ? account.events.length : each === 'nguoi-dung' ? present.length : null,
          current: each === section,
        })),
        life: lifeOf(page, account, { changes, lastSignIn, knowsSignIns: services.idling.known, ...open }),
        events: account.events.map((event) => eventItem(page, event)),
        ledger: ledgerOf(rows),
        values: explained && valuesOf(page, account, explained, why && whyText(t, why)),
        verifiedAt: rows.find(({ target }) => target === 'directory')?.verifiedAt ?? null,
        findings: findings?.map((each) => findingRow(t, each, dayOf(services.clock()))) ?? null,
        present,
        held: linked(account.held),
        stillIn: account.holders.filter((each) => each.stillShuttingOut).map(({ displayName }) => displayName),
        former: account.holders.filter(({ until }) => until !== null),
        beside:
          account.kind === 'person'
            ? null
            : {
                mail: services.mail.capabilities.access
                  ? t.shared.holders.access(count(present.length, page.lang))
                  : t.shared.holders.accessNotKept,
              },
        mayRetry: page.may('sync.change'),
        handOver,
      })
    }),

    guarded('post', '/tai-khoan/:id/dong-bo', 'sync.change', async (page, permit) => {
      const account = await find(page)
      await sync.retry(permit, { kind: 'account', id: account.id })
      page.notice('info', page.t.account.syncing)
      page.redirect(`/tai-khoan/${account.id}`)
    }),

    guarded('post', '/tai-khoan/:id/gui-lien-ket', 'account.hand-over', async (page, permit) => {
      const id = page.param('id', AccountId)
      const sent = await accounts.sendLink(permit, id)
      if (!sent.ok && sent.refusal.kind === 'unknown-account') throw new HttpFault(404)
      if (sent.ok) page.notice('ok', page.t.account.resent(sent.value))
      else page.notice('bad', refusalText(page.t, sent.refusal))
      page.redirect(`/tai-khoan/${id}`)
    }),

    guarded('post', '/tai-khoan/:id/phieu', 'account.hand-over', async (page, permit) => {
      const id = page.param('id', AccountId)
      const slip = await accounts.slip(permit, id)
      if (!slip.ok) {
        if (slip.refusal.kind === 'unknown-account') throw new HttpFault(404)
        page.notice('bad', refusalText(page.t, slip.refusal))
        page.redirect(`/tai-khoan/${id}`)
        return
      }
      await slipPage(page, services, slip.value)
    }),

    guarded('get', '/tai-khoan-cua-toi', 'own.read', async (page, permit) => {
      const account = await accounts.mine(permit)
      if (account === null) throw new HttpFault(404)
      const { actor, t } = page
      const grants = actor.kind === 'person' ? actor.grants : []
      const [usage, lists, roles] = await Promise.all([
        accounts.usage(account),
        services.lists.mine(permit),
        Promise.all(
          grants.map(async ({ role, unitId, deputyFor }) => {
            const unit = unitId === null ? null : await services.units.find(unitId)
            const held = unit === null ? t.roles[role] : `${t.roles[role]}, ${unit.name}`
            return deputyFor === undefined ? held : t.workflow.deputies.role(held, deputyFor.name)
          }),
        ),
      ])
      await page.render('account-own.njk', {
        ...{ title: t.mine.title, account, usage, roles, lists },
        events: account.events.map((event) => eventItem(page, event)),
        opens: services.mail.capabilities.access,
      })
    }),
  ]
}
