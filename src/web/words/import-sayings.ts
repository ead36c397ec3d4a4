import type { ImportRefusal } from '../../imports/import.ts'
import type { ImportPolicyRefusal } from '../../imports/import-policies.ts'
import type { PersonRef, Reason, UnitRef } from '../../imports/plan/reason.ts'
import { isAcceptable } from '../../imports/plan/reason.ts'
import type { FieldChange, RowView } from '../../imports/viewing.ts'
import { count, day, type Lang } from '../views/formats.ts'
import { markText } from './roster-sayings.ts'
import type { Words } from './vi.ts'

const unitsText = (units: readonly UnitRef[]): string =>
  units.map(({ name, parentName }) => (parentName === null ? name : `${name} (${parentName})`)).join('; ')

/** Why something was not done with an import, and what to do. */
export const importRefusalText = (t: Words, refusal: ImportRefusal | ImportPolicyRefusal): string =>
  refusal.kind === 'mapping'
    ? refusal.fault === 'no-sheet'
      ? t.imports.match.errors.sheet
      : t.rosters.mappingFaults[refusal.fault]
    : t.imports.refusals[refusal.kind]

/** Somebody known, as the white pages show them. */
export const personText = (t: Words, lang: Lang, person: PersonRef): string =>
  t.imports.reasons.person(person.name, person.birth === null ? '' : day(person.birth, lang), person.unitName)

/** Why a row is not carried out as it stands, in one sentence. */
export function rowReasonText(t: Words, lang: Lang, reason: Reason, row: Pick<RowView, 'cells'>): string {
  const says = t.imports.reasons
  const list = (rows: readonly number[]) => rows.map((n) => count(n, lang)).join(', ')
  switch (reason.code) {
    case 'mark':
      return `${t.rosters.fields[reason.field]}: ${markText(t.rosters, lang, reason.mark, row.cells[reason.field]?.raw ?? '')}`
    case 'no-name':
      return says.noName
    case 'bad-name':
      return reason.refusal.kind === 'odd-character'
        ? says.badName['odd-character'](reason.refusal.character)
        : says.badName[reason.refusal.kind]
    case 'given-unclear':
      return says.givenUnclear(reason.given)
    case 'no-unit':
      return says.noUnit
    case 'unit-unknown':
      return says.unitUnknown(reason.text)
    case 'unit-proposed':
      return says.unitProposed(reason.text, unitsText(reason.units))
    case 'unit-dissolved':
      return says.unitDissolved(reason.text, day(reason.since, lang), unitsText(reason.units))
    case 'unit-outside':
      return says.unitOutside
    case 'perhaps':
      return says.perhaps(personText(t, lang, reason.person))
    case 'several':
      return says.several(count(reason.persons.length, lang))
    case 'number-name':
      return says.numberName(personText(t, lang, reason.person))
    case 'name-differs':
      return says.nameDiffers(reason.was)
    case 'birth-differs':
      return says.birthDiffers(day(reason.was, lang))
    case 'sex-differs':
      return says.sexDiffers
    case 'same-person':
      return says.samePerson(list(reason.rows))
    case 'like-row':
      return says.likeRow(list(reason.rows))
    case 'contact-twice':
      return says.contactTwice(list(reason.rows))
    case 'address-twice':
      return says.addressTwice(list(reason.rows))
    case 'address-accent':
      return says.addressAccent(reason.text)
    case 'address-capitals':
      return says.addressCapitals(reason.text)
    case 'address-domain':
      return says.addressDomain(reason.text)
    case 'address-form':
      return says.addressForm(reason.text)
    case 'address-taken':
      return says.addressTaken(reason.text)
    case 'address-differs':
      return says.addressDiffers(reason.text, reason.has)
    case 'account-ended':
      return says.accountEnded
    case 'holds-role':
      return says.holdsRole
    case 'moved':
      return says.moved[reason.what]
    default:
      return reason satisfies never
  }
}

/** One field that changes: what it was and what it will be. */
export function changeText(t: Words, lang: Lang, { field, from, to }: FieldChange): string {
  const says = t.imports
  const known: Readonly<Record<string, string>> = says.values
  const shown = (value: string | null): string => {
    if (value === null) return says.blankValue
    if (field === 'birth') return day(value, lang)
    return field === 'sex' || field === 'employment' ? (known[value] ?? value) : value
  }
  return says.change(says.changes[field], shown(from), shown(to))
}

/** What a person who looks at a row reads: its outcome, each reason, and each field that changes. */
export function rowTexts(t: Words, lang: Lang, row: RowView, domain: string) {
  const says = t.imports
  const outcome =
    row.outcome === 'repeats' && row.repeats !== null
      ? says.repeats(count(row.repeats, lang))
      : says.outcomes[row.outcome]
  const changes = row.changes.map((change) => changeText(t, lang, change))
  const created =
    row.local === null
      ? []
      : [
          says.preview.address(`${row.local}@${domain}`),
          ...(row.unitName === null ? [] : [says.preview.inUnit(row.unitName)]),
        ]
  return {
    outcome,
    reasons: row.reasons.map((reason) => rowReasonText(t, lang, reason, row)),
    changes: [...created, ...changes],
    takes: row.state === 'open' && row.reasons.some(isAcceptable),
  }
}
