import type { ColumnField, Mark, RosterField } from '../../imports/reading/fields.ts'
import type { FileRefusal } from '../../imports/reading/refusal.ts'
import { shownDay } from '../../imports/reading/serial.ts'
import { count, type Lang } from '../views/formats.ts'
import type { RosterWords } from './rosters.vi.ts'

/** Why a file is refused, and what to do. */
export function fileRefusalText(says: RosterWords, lang: Lang, refusal: FileRefusal): string {
  const { refusals } = says
  switch (refusal.kind) {
    case 'empty-file':
      return refusals.empty
    case 'no-rows':
      return refusals.noRows
    case 'old-excel':
      return refusals.oldExcel
    case 'password':
    case 'macros':
    case 'broken':
      return refusals[refusal.kind]
    case 'not-a-roster':
      return refusals[refusal.what]
    case 'wrong-extension':
      return refusal.is === 'xlsx' ? refusals.isWorkbook(refusal.extension) : refusals.isText(refusal.extension)
    case 'document-type':
      return refusals.documentType
    case 'too-big': {
      const says = refusals.tooBig[refusal.limit]
      const isBytes = refusal.limit.endsWith('Bytes')
      const allowed = isBytes ? Math.floor(refusal.allowed / 1_000_000) : refusal.allowed
      return typeof says === 'string' ? says : says(count(allowed, lang))
    }
    case 'unknown-sheet':
      return refusals.unknownSheet(refusal.sheet)
    case 'needs-mapping':
      return says.needs[refusal.why]
    default:
      return refusal satisfies never
  }
}

/** What a column holds, for a list to choose from. */
export const columnFieldText = (says: RosterWords, field: ColumnField | null): string => {
  if (field === null) return says.columns.none
  return field in says.columns ? says.columns[field as keyof RosterWords['columns']] : says.fields[field as RosterField]
}

/** What is to be said about a cell. `raw` is what the file shows in it. */
export function markText(says: RosterWords, lang: Lang, mark: Mark, raw: string): string {
  const { marks } = says
  switch (mark.code) {
    case 'decoded':
      return marks.decoded(says.encodings[mark.from])
    case 'old-encoding':
      return marks.oldEncoding(says.encodings[mark.looks], mark.would)
    case 'either-encoding':
      return marks.eitherEncoding(mark.other)
    case 'case-changed':
      return marks.caseChanged(mark.was)
    case 'invisible':
    case 'formula':
    case 'rounded':
    case 'serial':
    case 'several':
      return mark.code === 'several' ? marks.several(mark.taken) : marks[mark.code]
    case 'cell-error':
      return marks.cellError(mark.error)
    case 'too-long':
      return marks.tooLong(count(mark.length, lang), count(mark.max, lang))
    case 'zero-restored':
      return marks.zeroRestored
    case 'zero-lost':
      return marks.zeroLost(mark.would)
    case 'digit-count':
      return marks.digitCount(count(mark.count, lang))
    case 'old-card':
      return marks.oldCard
    case 'number-disagrees':
      return marks.numberDisagrees[mark.with]
    case 'no-date':
      return marks.noDate
    case 'no-such-day':
      return marks.noSuchDay(raw.trim().slice(0, 40))
    case 'precision':
      return marks.precision[mark.known]
    case 'century':
      return marks.century(String(mark.year))
    case 'month-first':
      return marks.monthFirst
    case 'maybe-swapped':
      return marks.maybeSwapped(shownDay(mark.would))
    case 'not-a-birth-date':
      return marks.notABirthDate
    case 'sex-unknown':
      return marks.sexUnknown
    case 'phone-form':
      return marks.phoneForm
    case 'email-form':
      return marks.emailForm
    case 'employment-unknown':
      return marks.employmentUnknown
    case 'from':
      return marks.from[mark.source]
    default:
      return mark satisfies never
  }
}
