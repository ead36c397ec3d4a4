import type { PersonActor } from '../../access/policy.ts'
import { QuotaMb } from '../../accounts/account.ts'
import { AccountId } from '../../kernel/ids.ts'
import { LocalPart } from '../../kernel/email-address.ts'
import { parsePersonName } from '../../kernel/person-name.ts'
import type { Services } from '../../main/compose.ts'
import { Position } from '../../requests/kinds/position.ts'
import type { Page } from '../page.ts'
import { bytes } from '../views/formats.ts'
import { detailsText } from '../words/sayings.ts'
import { Faults, whyFrom, type OwnForm, type Typed } from './form.ts'

const SIZES_GB = [3, 4, 5, 8, 10, 20, 50]
const GB = 1024
const ownId = (page: Page): AccountId => (page.actor as PersonActor).accountId

/** The reader's own mailbox and those that they work in, to choose from. */
async function mailboxes(page: Page, services: Services) {
  const permit = page.permit('own.request')
  const [own, shared] = await Promise.all([services.requests.ownMailbox(permit), services.requests.sharedFor(permit)])
  return [...(own ? [own] : []), ...shared.filter(({ held }) => held)]
}
const itemsOf = (page: Page, boxes: Awaited<ReturnType<typeof mailboxes>>) =>
  boxes.map(({ id, displayName, address }) => ({
    value: id,
    text: id === ownId(page) ? page.t.asking.form.ownMailbox(address) : `${displayName} (${address})`,
  }))
/** The one that is chosen; one's own unless said. */
const accountFrom = (page: Page, typed: Typed, faults: Faults): AccountId | null => {
  if ((typed.accountId ?? '') === '') return ownId(page)
  const parsed = AccountId.safeParse(typed.accountId)
  return parsed.success ? parsed.data : faults.add('accountId', page.t.asking.errors.mailbox)
}

export const nameForm: OwnForm<'name'> = {
  fields: ['fullName', 'given', 'newAddress'],
  typedOf: ({ fullName, given, newAddress, why }) => ({
    ...{ fullName, given: given ?? '', newAddress: newAddress ? 'yes' : '', why },
  }),
  read(page, _services, typed) {
    const faults = new Faults()
    const given = (typed.given ?? '').trim() === '' ? null : (typed.given ?? '')
    const name = parsePersonName(typed.fullName ?? '', given)
    if (!name.ok) {
      const { refusal } = name
      const code = refusal.kind === 'odd-character' ? refusal : { kind: refusal.kind }
      const error =
        code.kind === 'odd-character'
          ? { code: code.kind, character: 'character' in code ? code.character : '' }
          : { code: code.kind }
      faults.add(refusal.kind === 'given-not-in-name' ? 'given' : 'fullName', detailsText(page.t, 'fullName', error))
    }
    const why = whyFrom(page, typed, faults)
    if (!name.ok || faults.found.length > 0) return Promise.resolve({ ok: false, errors: faults.found })
    const { full } = name.value
    const newAddress = typed.newAddress === 'yes'
    const ask = { kind: 'name' as const, accountId: ownId(page), fullName: full, given, newAddress, why }
    return Promise.resolve({ ok: true, ask })
  },
  fieldOf: () => 'fullName',
}

export const positionForm: OwnForm<'position'> = {
  fields: ['position'],
  typedOf: ({ position, why }) => ({ position, why }),
  read(page, _services, typed) {
    const faults = new Faults()
    const position = Position.safeParse(typed.position)
    if (!position.success) faults.add('position', page.t.asking.errors.position)
    const why = whyFrom(page, typed, faults)
    if (!position.success || faults.found.length > 0) return Promise.resolve({ ok: false, errors: faults.found })
    const ask = { kind: 'position' as const, accountId: ownId(page), position: position.data, why }
    return Promise.resolve({ ok: true, ask })
  },
  fieldOf: () => 'position',
}

export const aliasForm: OwnForm<'alias'> = {
  fields: ['accountId', 'local'],
  model: async (page, services) => ({ mailboxes: itemsOf(page, await mailboxes(page, services)) }),
  typedOf: ({ accountId, local, why }) => ({ accountId, local, why }),
  read(page, services, typed) {
    const faults = new Faults()
    const { domain } = services.config.organisation
    const accountId = accountFrom(page, typed, faults)
    const text = (typed.local ?? '').trim().toLowerCase()
    const other = text.includes('@') && !text.endsWith(`@${domain}`)
    const local = LocalPart.safeParse(text.endsWith(`@${domain}`) ? text.slice(0, -domain.length - 1) : text)
    if (other) faults.add('local', page.t.asking.errors.domain(domain))
    else if (!local.success) faults.add('local', page.t.asking.errors.local)
    const why = whyFrom(page, typed, faults)
    if (accountId === null || !local.success || faults.found.length > 0)
      return Promise.resolve({ ok: false, errors: faults.found })
    return Promise.resolve({ ok: true, ask: { kind: 'alias' as const, accountId, local: local.data, why } })
  },
  fieldOf: (kind) => (kind === 'not-your-mailbox' || kind === 'unknown-account' ? 'accountId' : 'local'),
}

export const quotaForm: OwnForm<'quota'> = {
  fields: ['accountId', 'quotaMb'],
  async model(page, services) {
    const boxes = await mailboxes(page, services)
    const { lang } = page
    const size = (mb: number) => bytes(mb * 1024 ** 2, lang)
    return {
      mailboxes: itemsOf(page, boxes).map((item, index) => ({
        ...item,
        hint: page.t.asking.form.quotaHint(size(boxes[index]?.quotaMb ?? 0)),
      })),
      sizes: SIZES_GB.map((gb) => ({ value: String(gb * GB), text: size(gb * GB) })),
    }
  },
  typedOf: ({ accountId, quotaMb, why }) => ({ accountId, quotaMb: String(quotaMb), why }),
  read(page, _services, typed) {
    const faults = new Faults()
    const accountId = accountFrom(page, typed, faults)
    const quotaMb = QuotaMb.safeParse(/^\d{1,6}$/.test(typed.quotaMb ?? '') ? Number(typed.quotaMb) : null)
    if (!quotaMb.success) faults.add('quotaMb', page.t.asking.errors.quota)
    const why = whyFrom(page, typed, faults)
    if (accountId === null || !quotaMb.success || faults.found.length > 0)
      return Promise.resolve({ ok: false, errors: faults.found })
    return Promise.resolve({ ok: true, ask: { kind: 'quota' as const, accountId, quotaMb: quotaMb.data, why } })
  },
  fieldOf: (kind) => (kind === 'quota-not-larger' ? 'quotaMb' : 'accountId'),
}
