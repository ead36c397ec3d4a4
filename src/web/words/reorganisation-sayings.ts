import type { UnitId } from '../../kernel/ids.ts'
import { heirsOf, type Step } from '../../reorganisations/draft.ts'
import type { Fault, Notice } from '../../reorganisations/fault.ts'
import { HEADINGS, SHEETS, type SheetFault } from '../../reorganisations/sheets.ts'
import type { TextFault } from '../../reorganisations/written.ts'
import { count, day, type Lang } from '../views/formats.ts'
import type { Words } from './vi.ts'

/** What units are called before a plan and after it. */
export type UnitNames = { readonly before: (id: UnitId) => string; readonly after: (id: UnitId) => string }

/** What a step does, in words. */
export function stepText(t: Words, step: Step, { before, after }: UnitNames): string {
  const says = t.reorganisations.steps
  const above = (parent: UnitId | null) => (parent === null ? says.top : after(parent))
  const heirs = heirsOf(step).map(after).join('; ')
  switch (step.kind) {
    case 'create':
      return says.does.create(step.name, above(step.parent))
    case 'rename':
      return says.does.rename(before(step.unit), step.name)
    case 'move':
      return says.does.move(before(step.unit), above(step.parent))
    case 'merge':
    case 'split':
    case 'split-off':
      return says.does[step.kind](before(step.unit), heirs)
    case 'dissolve':
      return heirs === '' ? says.does.end(before(step.unit)) : says.does.dissolve(before(step.unit), heirs)
    default:
      return step satisfies never
  }
}

/** The address that a step gives to a unit's mailbox, in words; null where it gives none. */
export function addressText(t: Words, step: Step): string | null {
  if (step.kind !== 'create' && step.kind !== 'rename') return null
  const says = t.reorganisations.steps
  const { address } = step
  return says.address(address === 'policy' ? says.byPolicy : address === 'keep' ? says.keepsAddress : address)
}

type Called = UnitNames & { readonly person: (id: string) => string }

/** Why a plan cannot be carried out, one fault in words. */
export function faultText(t: Words, lang: Lang, called: Called, fault: Fault): string {
  const says = t.reorganisations.faults
  const n = (number: number) => count(number, lang)
  const name = (id: UnitId) => called.after(id) || called.before(id)
  switch (fault.kind) {
    case 'no-steps':
      return says['no-steps']
    case 'day-past':
      return says['day-past'](day(fault.today, lang))
    case 'unknown-unit':
    case 'unknown-parent':
      return says[fault.kind](n(fault.step))
    case 'unit-twice':
      return says['unit-twice'](n(fault.step), called.before(fault.unit), n(fault.with))
    case 'other-version':
      return says['other-version'](n(fault.step), called.before(fault.unit), day(fault.on, lang))
    case 'ended-unit':
    case 'own-descendant':
    case 'own-heir':
    case 'too-few-heirs':
      return says[fault.kind](n(fault.step), called.before(fault.unit))
    case 'name-twice':
    case 'top-unit-ends':
    case 'seat-empty':
      return says[fault.kind](name(fault.unit))
    case 'stray-unit':
      return says['stray-unit'](called.before(fault.unit), called.before(fault.below))
    case 'nowhere':
      return says.nowhere(called.before(fault.unit), n(fault.people), fault.some.map(called.person).join(', '))
    case 'mailboxes-nowhere':
      return says['mailboxes-nowhere'](called.before(fault.unit), n(fault.mailboxes))
    case 'belongings-nowhere':
      return says[fault.kind](called.before(fault.unit), t.reorganisations.belongings[fault.what], n(fault.n))
    case 'deputies-nowhere':
      return says['deputies-nowhere'](called.before(fault.unit), n(fault.n))
    case 'rule-not-needed':
    case 'rule-elsewhere':
    case 'rule-not-below':
      return says[fault.kind](n(fault.rule), called.before(fault.unit))
    case 'rule-unknown-unit':
    case 'rule-nobody':
      return says[fault.kind](n(fault.rule))
    case 'seat-unknown-unit':
    case 'seat-unknown-person':
      return says[fault.kind](n(fault.seat))
    case 'address-taken':
    case 'address-twice':
      return says[fault.kind](name(fault.unit), fault.local)
    default:
      return fault satisfies never
  }
}

export function noticeText(t: Words, lang: Lang, names: UnitNames, notice: Notice): string {
  const says = t.reorganisations.noticeTexts
  const n = (number: number) => count(number, lang)
  switch (notice.kind) {
    case 'title-nobodys':
      return says['title-nobodys'](n(notice.rule))
    case 'no-mailbox':
    case 'holders-stay':
      return says[notice.kind](names.after(notice.unit))
    case 'rules-end':
      return says['rules-end'](names.before(notice.unit))
    case 'spellings-forgotten':
    case 'imports-again':
    case 'arrivals-undecided':
      return says[notice.kind](names.before(notice.unit), n(notice.n))
    default:
      return notice satisfies never
  }
}

/** What is wrong with a row of a form or a workbook. */
export function textFaultText(t: Words, { column, why, text, offered = [] }: TextFault): string {
  const says = t.reorganisations.texts
  const field = t.reorganisations.columnNames[column]
  const named = t.lang === 'vi' && why !== 'needed' ? field.charAt(0).toUpperCase() + field.slice(1) : field
  switch (why) {
    case 'needed':
      return says.needed(field)
    case 'unknown-word':
      return says.unknownWord(named, text)
    case 'unknown-unit':
      return says.unknownUnit(text)
    case 'several-units':
      return says.severalUnits(text, offered.map((each) => `“${each}”`).join(says.or))
    case 'unknown-person':
      return says.unknownPerson(text)
    case 'elsewhere':
      return says.elsewhere(text)
    case 'bad-text':
      return says.badText(named, text)
    default:
      return why satisfies never
  }
}

/** Why a workbook is no plan, one fault in words. */
export function sheetFaultText(t: Words, lang: Lang, fault: SheetFault): string {
  const says = t.reorganisations.texts
  switch (fault.kind) {
    case 'no-sheets':
      return says.noSheets
    case 'no-steps':
      return says.noSteps(SHEETS.steps)
    case 'other-name':
      return says.otherName(fault.name, SHEETS[fault.sheet])
    case 'twice':
      return says.row(SHEETS[fault.sheet], count(fault.row, lang), says.twice(fault.text, count(fault.first, lang)))
    case 'no-heading':
      return says.noHeading(SHEETS[fault.sheet], fault.heading)
    case 'head':
      return says.head(HEADINGS.head[fault.field], fault.text)
    case 'row':
      return says.row(SHEETS[fault.sheet], count(fault.row, lang), textFaultText(t, fault.fault))
    default:
      return fault satisfies never
  }
}
