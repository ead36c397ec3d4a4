import type { HolderAsked } from '../accounts/holder.ts'
import { maskIdentificationNumber } from '../kernel/identification-number.ts'
import type { Names, Told, ToldOf } from '../requests/requests.ts'
import { bytes, day } from './views/formats.ts'
import type { Words } from './words/vi.ts'

/** One thing that a request says, as every page lists it and as a difference between two sendings names it. */
export type RequestRow = {
  /** The field of the form from which it came; a page leads there, and two sendings are compared by it. */
  readonly field: string
  readonly key: string
  readonly value: string
  readonly sub?: string | undefined
  /** An e-mail address, which is never cut in the middle. */
  readonly address?: boolean
  /** Under which heading a stranger's request lists it. */
  readonly part: 'applicant' | 'work' | 'mailbox' | 'asked'
}

const MB = 1024 ** 2

/**
 * Everything that a request asks for, in the order of its form: what the page to check shows, who decides reads, and two
 * sendings differ in. Identification numbers are masked. `address` is the one that is held or chosen; pure.
 */
export function requestRows(t: Words, details: Told, names: Names, address: string | null): RequestRow[] {
  if (details.kind === 'person') return personRows(t, details, names, address)
  const says = t.asking.rows
  const asked = (field: string, key: string, value: string, more: Partial<RequestRow> = {}): RequestRow => ({
    ...{ field, key, value, part: 'asked' },
    ...more,
  })
  const accountText = (id: string): string => {
    const found = names.accounts[id]
    return found === undefined ? says.unknown : found.address === null ? found.name : `${found.name} (${found.address})`
  }
  const unit = asked('unit', says.unit, names.units[details.unitId] ?? '')
  const why = asked('why', says.why, details.why)
  const held = (wanted: readonly HolderAsked[], rights: HolderAsked['rights']): string => {
    const of = wanted.filter((each) => each.rights === rights).map(({ accountId }) => accountText(accountId))
    return of.length === 0 ? says.nobody : of.sort((a, b) => a.localeCompare(b, 'vi')).join('\n')
  }
  const holderRows = (wanted: readonly HolderAsked[], present: readonly HolderAsked[] | null): RequestRow[] =>
    (['full', 'read'] as const).map((rights) =>
      asked(rights, says[rights], held(wanted, rights), {
        sub: present === null ? undefined : says.present(held(present, rights).replaceAll('\n', ', ')),
      }),
    )
  const addressRow = address === null ? [] : [asked('local', says.address, address, { address: true })]
  const size = (mb: number) => bytes(mb * MB, t.lang)
  switch (details.kind) {
    case 'unit-mailbox':
      return [unit, ...addressRow, ...holderRows(details.holders, null), why]
    case 'function-mailbox':
      return [
        unit,
        asked('what', says.what, details.what),
        asked('title', says.mailboxName, details.title),
        ...[...addressRow, ...holderRows(details.holders, null), why],
      ]
    case 'holders':
      return [
        ...[asked('accountId', says.mailbox, accountText(details.accountId)), unit],
        ...[...holderRows(details.holders, details.present), why],
      ]
    case 'list':
      return [
        ...[unit, asked('name', says.listName, details.name), ...addressRow],
        asked('rule', says.rule, ruleText(t, details, names, accountText)),
        asked('posting', says.posting, postingText(t, details, accountText)),
        why,
      ]
    case 'name':
      return [
        asked('fullName', says.fullName, details.fullName, { sub: says.present(details.title) }),
        ...(details.newAddress
          ? addressRow.map((row) => ({ ...row, key: says.newAddress }))
          : [asked('newAddress', says.address, says.addressStays)]),
        ...[unit, why],
      ]
    case 'position':
      return [
        asked('accountId', says.mailbox, accountText(details.accountId)),
        asked('position', says.position, details.position, {
          sub: details.present === null ? undefined : says.present(details.present),
        }),
        ...[unit, why],
      ]
    case 'alias':
      return [asked('accountId', says.mailbox, accountText(details.accountId)), ...addressRow, unit, why]
    case 'quota':
      return [
        asked('accountId', says.mailbox, accountText(details.accountId)),
        asked('quota', says.quota, size(details.quotaMb), { sub: says.present(size(details.present)) }),
        ...[unit, why],
      ]
    case 'people':
      return [unit, ...peopleRows(t, details), why]
    default:
      return details satisfies never
  }
}

function personRows(t: Words, details: ToldOf<'person'>, names: Names, address: string | null): RequestRow[] {
  const says = t.request.fields
  const of = (part: RequestRow['part'], field: string, key: string, value: string): RequestRow => ({
    ...{ part, field, key, value },
  })
  const { name, contractEnd } = details
  return [
    of('applicant', 'fullName', says.fullName, name.full),
    of('applicant', 'given', says.given, name.given),
    of('applicant', 'birthDate', says.birthDate, day(details.birthDate, t.lang)),
    of('applicant', 'sex', says.sex, t.sexes[details.sex]),
    of('applicant', 'number', says.nin, masked(details.numberEnd)),
    of('work', 'unit', says.unit, names.units[details.unitId] ?? ''),
    of('work', 'position', says.position, details.position),
    of('work', 'employment', says.employment, t.employment[details.employment]),
    ...(contractEnd === null ? [] : [of('work', 'contractEnd', says.contractEnd, day(contractEnd, t.lang))]),
    of('work', 'phone', says.phone, details.phone ?? t.common.notGiven),
    ...(address === null ? [] : [{ ...of('mailbox', 'local', says.address, address), address: true }]),
  ]
}

function peopleRows(t: Words, details: ToldOf<'people'>): RequestRow[] {
  const says = t.asking.rows
  return details.people.map((one, index) => {
    const end = one.contractEnd === null ? '' : ` ${says.until(day(one.contractEnd, t.lang))}`
    const facts = [
      says.personNumber(one.numberEnd),
      `${t.employment[one.employment]}${end}`,
      one.contactEmail,
      ...(one.phone === null ? [] : [one.phone]),
    ]
    const local = one.local === null ? '' : ` · ${one.local}@`
    return {
      ...{ field: `people${index + 1}`, key: says.person(index + 1), part: 'asked' as const },
      value: `${says.personText(one.fullName, day(one.birthDate, t.lang), t.sexes[one.sex], one.position)}${local}`,
      sub: facts.join(' · '),
    }
  })
}

function ruleText(t: Words, { rule }: ToldOf<'list'>, names: Names, accountText: (id: string) => string): string {
  const says = t.lists.clause
  const unitText = (id: string) => names.units[id] ?? ''
  return rule
    .map((clause) => {
      switch (clause.by) {
        case 'unit':
          return says.unit(unitText(clause.unitId), clause.below)
        case 'position':
          return says.position(clause.title, clause.unitId === null ? null : unitText(clause.unitId), clause.below)
        case 'name':
          return says.name(clause.accounts.map(accountText).join(', '))
        default:
          return clause satisfies never
      }
    })
    .join('\n')
}

function postingText(t: Words, { posting }: ToldOf<'list'>, accountText: (id: string) => string): string {
  const who = t.lists.posting[posting.who]
  return posting.who === 'named' ? [who, ...posting.accounts.map(accountText)].join('\n') : who
}

const masked = (end: string): string =>
  maskIdentificationNumber(`000000000${end}` as Parameters<typeof maskIdentificationNumber>[0])
