import type { Resubmission, Submission } from '../requests/requests.ts'
import { requestRows } from './request-rows.ts'
import { day } from './views/formats.ts'
import type { Words } from './words/vi.ts'

type Difference = { readonly key: string; readonly before: string; readonly after: string }

/** What a correction changed, field by field, the old value beside the new one; pure. */
export function differences(t: Words, of: Resubmission | null) {
  if (of === null) return null
  const before = rowsOf(t, of.before)
  const after = rowsOf(t, of.after)
  const says = t.decisions.differences
  const rows: Difference[] = []
  for (const field of new Set([...after.keys(), ...before.keys()])) {
    const [was, is] = [before.get(field), after.get(field)]
    const hidden = (field === 'number' || field === 'people') && of.numberChanged && was?.value === is?.value
    if (was?.value === is?.value && !hidden) continue
    rows.push({
      key: is?.key ?? was?.key ?? '',
      before: was?.value ?? says.none,
      after: hidden ? `${is?.value ?? ''} ${says.otherNumber}` : (is?.value ?? says.none),
    })
  }
  return { rows, at: of.after.at, before: of.before.at }
}

type Row = { readonly key: string; readonly value: string }

function rowsOf(t: Words, { details, names, address, letter }: Submission): ReadonlyMap<string, Row> {
  const says = t.decisions.letter
  const rows = requestRows(t, details, names, address).map(({ field, key, value }): [string, Row] => [
    field,
    { key, value },
  ])
  const file = letter === null ? '' : `${letter.fileName} (SHA-256 ${letter.sha256.slice(0, 12)}…)`
  return new Map([
    ...rows,
    ...(letter === null
      ? []
      : ([
          ['letter', { key: says.title, value: says.fact(letter.number, day(letter.date, t.lang)) }],
          ['file', { key: says.file, value: file }],
        ] satisfies [string, Row][])),
  ])
}
