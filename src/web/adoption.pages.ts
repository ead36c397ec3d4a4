import { z } from 'zod'
import { AccountId } from '../kernel/ids.ts'
import { LocalPart } from '../kernel/email-address.ts'
import type { Services } from '../main/compose.ts'
import { choicesFor, REVIEWS, type Outcome } from '../reconcile/adoption.ts'
import type { AdoptionRecord, AdoptionRow } from '../reconcile/adoption-plan-store.ts'
import { lackingOf } from '../reconcile/adoptions.ts'
import { PRESET_NAMES, presetOf } from '../reconcile/mapping.ts'
import { adoptionTyped, attributeField, MAPPED } from './adoption-form.ts'
import { RECONCILE } from './finding-view.ts'
import { HttpFault } from './http-fault.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import { beyondEnd, listHref, paging } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { isUnsure, unitChoices } from './unit-choice.ts'
import { count, instant } from './views/formats.ts'

export const ADOPTIONS = `${RECONCILE}/tiep-nhan`
const PAGE = 50
const FORM = 'adoption'
const KINDS = ['new', 'link', 'review', 'known', 'left'] as const satisfies readonly Outcome['kind'][]
const ICONS = { new: 'plus', link: 'person', review: 'glass', known: 'tick-circle', left: 'cross' } as const
const Seq = z.coerce.number().int().min(1)

/** Taking over a directory that has people in it: reading it, looking it through, deciding, and carrying it out. */
export function adoptionPages(services: Services): Route[] {
  const { adoptions, accounts } = services
  const units = unitChoices(services)

  async function find(page: Page): Promise<AdoptionRecord> {
    const record = await adoptions.read(page.permit('reconcile.read'), page.param('id', z.uuid()))
    if (record === null) throw new HttpFault(404)
    return record
  }
  async function entryOf(page: Page, record: AdoptionRecord): Promise<AdoptionRow> {
    const row = await adoptions.entry(page.permit('reconcile.read'), record.id, page.param('seq', Seq))
    if (row === null) throw new HttpFault(404)
    return row
  }
  const hrefOf = ({ id }: { id: string }) => `${ADOPTIONS}/${id}`
  const outcomeText = ({ t }: Page, { kind, why }: AdoptionRow) =>
    why === null ? t.adoption.kinds[kind] : `${t.adoption.kinds[kind]}: ${t.adoption.whys[why]}`
  const reviews = ({ counts }: AdoptionRecord) => Object.values(counts?.review ?? {}).reduce((sum, n) => sum + n, 0)

  /** The entries with their filters; null when the reader was led to the last page instead. */
  async function entries(page: Page, record: AdoptionRecord) {
    const { t } = page
    const says = t.adoption.list
    const permit = page.permit('reconcile.read')
    const filter = {
      kind: KINDS.find((kind) => kind === page.query('thanh')) ?? null,
      why: REVIEWS.find((why) => why === page.query('vi-sao')) ?? null,
      q: page.query('q'),
    }
    const number = page.number()
    const found = await adoptions.entries(permit, record.id, filter, { limit: PAGE, offset: (number - 1) * PAGE })
    const list = { total: found.total, page: number, pageSize: PAGE }
    if (beyondEnd(page, list)) return null
    const said = await adoptions.said(permit, found.rows)
    return {
      q: filter.q,
      kind: {
        value: filter.kind ?? '',
        items: [{ value: '', text: says.anyKind }, ...KINDS.map((value) => ({ value, text: t.adoption.kinds[value] }))],
      },
      why: {
        value: filter.why ?? '',
        items: [{ value: '', text: says.anyWhy }, ...REVIEWS.map((value) => ({ value, text: t.adoption.whys[value] }))],
      },
      rows: found.rows.map((row) => ({
        ...{ href: `${hrefOf(record)}/muc/${row.n}`, name: row.name || row.dn, dn: row.dn, mail: row.mail ?? '–' },
        ...{ login: row.login ?? '–', outcome: outcomeText(page, row) },
        said: row.kind === 'review' && said.has(row.remoteId ?? '') ? says.said : null,
      })),
      paging: paging(list, says.noun),
      filtered: Object.values(filter).some((value) => value !== null && value !== ''),
    }
  }

  return [
    guarded('get', ADOPTIONS, 'reconcile.read', async (page, permit) => {
      const { t, lang } = page
      const kept = keptForm(page, FORM)
      const says = t.adoption.form
      const records = await adoptions.list(permit)
      const number = (n: number | undefined) => (n === undefined ? '–' : count(n, lang))
      await page.render('adoptions.njk', {
        title: t.adoption.title,
        back: { href: RECONCILE, text: t.reconcile.title },
        errors: kept?.errors ?? [],
        rows: records.map((record) => ({
          ...{ href: hrefOf(record), name: t.adoption.name(String(record.number)), state: record.state },
          ...{ at: record.askedAt, by: record.byName, read: number(record.counts?.read) },
          sure: number(record.counts ? record.counts.new + record.counts.link : undefined),
          review: record.counts ? count(reviews(record), lang) : '–',
        })),
        mayAsk: page.may('reconcile.change'),
        typed: kept?.values ?? { preset: 'inetOrgPerson' },
        presets: PRESET_NAMES.map((value) => ({ value, text: says.presets[value] })),
        attributes: MAPPED.map((name) => ({
          ...{
            name: attributeField(name),
            label: says.fields[name],
            hint: (presetOf('inetOrgPerson')[name] ?? []).join(' '),
          },
          ...{ value: kept?.values[attributeField(name)] ?? '', error: errorAt(kept, attributeField(name)) },
        })),
        wrong: { preset: errorAt(kept, 'preset'), base: errorAt(kept, 'base'), unit: errorAt(kept, 'unit') },
        ownOpen: MAPPED.some((name) => (kept?.values[attributeField(name)] ?? '') !== ''),
      })
    }),

    guarded('post', ADOPTIONS, 'reconcile.change', async (page, permit) => {
      const { asked, typed, errors } = adoptionTyped(page, await units.posted(page, 'unit'))
      if (asked === null) {
        back(page, { name: FORM, path: ADOPTIONS }, typed, errors)
        return
      }
      page.takeForm(FORM)
      const id = await adoptions.ask(permit, asked)
      page.notice('info', page.t.adoption.form.asked)
      page.redirect(hrefOf({ id }))
    }),

    guarded('get', `${ADOPTIONS}/:id`, 'reconcile.read', async (page) => {
      const { t, lang } = page
      const record = await find(page)
      const { counts, capabilities, state } = record
      const list = counts === null ? undefined : await entries(page, record)
      if (list === null) return
      const sure = counts ? counts.new + counts.link : 0
      const lacking = capabilities ? lackingOf(capabilities) : []
      const by = { ...counts, review: reviews(record) }
      const mayChange = page.may('reconcile.change')
      await page.render('adoption.njk', {
        title: t.adoption.name(String(record.number)),
        meta: t.adoption.caption(t.adoption.form.presets[record.preset], record.byName, instant(record.askedAt, lang)),
        back: { href: ADOPTIONS, text: t.adoption.back },
        record,
        is: state,
        href: hrefOf(record),
        faulty: record.fault === null ? null : t.adoption.faulty(record.fault),
        progress: state === 'running' ? t.adoption.running(count(record.taken, lang), count(sure, lang)) : null,
        outcome: state === 'done' ? t.adoption.done(count(record.taken, lang)) : null,
        changed: state === 'done' && record.changed > 0 ? t.adoption.changed(count(record.changed, lang)) : null,
        lacking: lacking.map((what) => t.adoption.lacking[what]),
        server:
          capabilities && t.adoption.server(capabilities.vendor, capabilities.pagedResults, capabilities.transactions),
        tiles:
          counts === null
            ? []
            : KINDS.map((kind) => ({
                ...{ number: by[kind] ?? 0, text: t.adoption.kinds[kind], sub: t.adoption.means[kind] },
                ...{ icon: ICONS[kind], tone: kind === 'review' && by.review > 0 ? 'wait' : 'neutral' },
                href: listHref(hrefOf(record), { thanh: kind }),
              })),
        list,
        mayStart: mayChange && state === 'preview' && sure > 0 && lacking.length === 0,
        button: t.adoption.start.button(count(sure, lang)),
        mayRead: mayChange && state !== 'reading' && state !== 'running',
      })
    }),

    guarded('post', `${ADOPTIONS}/:id`, 'reconcile.change', async (page, permit) => {
      const { t } = page
      const record = await find(page)
      if (page.field('act') === 'again') {
        const asked = await adoptions.again(permit, record.id)
        page.notice(
          asked.ok ? 'info' : 'bad',
          asked.ok ? t.adoption.form.asked : t.adoption.refusals[asked.refusal.kind],
        )
        page.redirect(hrefOf(record))
        return
      }
      const started = await adoptions.start(permit, record.id, page.field('hash'))
      if (started.ok) page.notice('ok', t.adoption.start.done)
      else if (started.refusal.kind === 'held') {
        page.notice('wait', t.adoption.start.held)
        page.redirect(`/chot-an-toan/${started.refusal.holdId}`)
        return
      } else page.notice('bad', t.adoption.refusals[started.refusal.kind])
      page.redirect(hrefOf(record))
    }),

    guarded('get', `${ADOPTIONS}/:id/muc/:seq`, 'reconcile.read', async (page, permit) => {
      const { t, lang } = page
      const record = await find(page)
      const row = await entryOf(page, record)
      const says = t.adoption.entry
      const kept = keptForm(page, `entry ${record.id} ${row.n}`)
      const said = row.remoteId === null ? undefined : (await adoptions.said(permit, [row])).get(row.remoteId)
      const unit = row.unitId && (await services.units.find(row.unitId))
      const account =
        row.accountId && (await accounts.read(page.permit('account.read'), AccountId.parse(row.accountId)))
      const choices = row.kind === 'review' && row.why !== null ? choicesFor(row.why) : []
      await page.render('adoption-entry.njk', {
        title: row.name || row.dn,
        back: { href: hrefOf(record), text: says.back(String(record.number)) },
        errors: kept?.errors ?? [],
        facts: [
          { key: says.facts.outcome, value: outcomeText(page, row) },
          { key: says.facts.dn, value: row.dn },
          { key: says.facts.login, value: row.login ?? '–' },
          { key: says.facts.mail, value: row.mail ?? '–' },
          { key: says.facts.unit, value: unit ? unit.name : '–' },
        ],
        account: account && { name: account.displayName, login: account.login, href: `/tai-khoan/${account.id}` },
        said: said && says.said(says.acts[said.said.act], said.byName, instant(said.at, lang)),
        mend: row.kind === 'review' && !choices.some((act) => act !== 'leave'),
        choices: choices.map((value) => ({ value, text: says.acts[value], hint: says.hints[value] })),
        offersLink: choices.includes('link'),
        offersNew: choices.includes('new'),
        mayDecide: page.may('reconcile.change') && choices.length > 0,
        typed: kept?.values ?? {
          login: account ? account.login : '',
          unit: unit ? unit.name : '',
          unitId: row.unitId ?? '',
        },
        wrong: Object.fromEntries(['act', 'login', 'local', 'unit'].map((field) => [field, errorAt(kept, field)])),
      })
    }),

    guarded('post', `${ADOPTIONS}/:id/muc/:seq`, 'reconcile.change', async (page, permit) => {
      const { t } = page
      const record = await find(page)
      const row = await entryOf(page, record)
      const says = t.adoption.entry
      const input = page.fields(['act', 'login', 'local'])
      const unit = await units.posted(page, 'unit')
      const form = { name: `entry ${record.id} ${row.n}`, path: `${hrefOf(record)}/muc/${row.n}` }
      const typed = { ...input, unit: unit.text, unitId: unit.unit?.id ?? '' }
      const local = input.local.trim() === '' ? null : LocalPart.safeParse(input.local.trim().toLowerCase())
      const errors = [
        ...(input.act in says.acts ? [] : [{ field: 'act', text: says.errors.act }]),
        ...(input.act === 'new' && local?.success === false ? [{ field: 'local', text: says.errors.local }] : []),
        ...(input.act === 'new' && isUnsure(unit) ? [{ field: 'unit', text: says.errors.unit }] : []),
      ]
      if (errors.length > 0) {
        back(page, form, typed, errors)
        return
      }
      const at = { id: record.id, n: row.n }
      const done = await adoptions.say(
        permit,
        at,
        input.act === 'link'
          ? { act: 'link', login: input.login.trim() }
          : input.act === 'leave'
            ? { act: 'leave' }
            : { act: 'new', local: local?.data ?? null, unitId: unit.unit?.id ?? null },
      )
      if (!done.ok && done.refusal.kind === 'unknown-account') {
        back(page, form, typed, [{ field: 'login', text: says.errors.login }])
        return
      }
      page.takeForm(form.name)
      page.notice(done.ok ? 'ok' : 'bad', done.ok ? says.done : t.adoption.refusals[done.refusal.kind])
      page.redirect(done.ok ? hrefOf(record) : form.path)
    }),
  ]
}
