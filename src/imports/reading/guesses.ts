import { fold } from '../../kernel/text.ts'
import { looksOld } from './detection.ts'
import type { ColumnField } from './fields.ts'
import { textOf, type RawCell, type RawRow } from './raw.ts'
import { looksLikeName, looksLikeUnit } from './unit-text.ts'

type Kind = {
  readonly field: ColumnField
  readonly share: number
  readonly fits: (text: string, cell: RawCell) => boolean
}

const POSITION =
  /^(pho |quyen )?(giam doc|truong (phong|ban|khoa)|chu tich|chanh |chuyen vien|ke toan|van thu|can su|nhan vien|bi thu|thanh tra|cong chuc|vien chuc|bac si|giao vien|pho phong|doi truong)/

/** What the cells of a column look like, the more telling first; `share` of those filled must fit. */
const KINDS: readonly Kind[] = [
  { field: 'officialAddress', share: 0.6, fits: (text) => /^[^\s@]+@[^\s@]*\bgov\.vn$/i.test(text) },
  { field: 'contactEmail', share: 0.6, fits: (text) => /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i.test(text) },
  { field: 'number', share: 0.6, fits: (text) => /^0?\d{11}$/.test(text.replace(/[\s.]/g, '')) },
  { field: 'phone', share: 0.6, fits: (text) => /^(0|\+?84)?[235789]\d{8,9}$/.test(text.replace(/[\s.-]/g, '')) },
  {
    field: 'birthDate',
    share: 0.6,
    fits: (text, { kind }) =>
      kind === 'date' || /^(\d{1,2}[/.-]){1,2}(19|20)?\d\d$/.test(text) || /^19[4-9]\d$/.test(text),
  },
  { field: 'sex', share: 0.8, fits: (text) => /^(nam|nu)$/.test(fold(text)) },
  { field: 'fullName', share: 0.6, fits: (text) => looksLikeName(text) },
  { field: 'unit', share: 0.6, fits: (text) => looksLikeUnit(text) },
  { field: 'position', share: 0.5, fits: (text) => POSITION.test(fold(text)) },
]

/** For each column the field that its content looks like: proposed to a person, never used unseen. */
export function guessColumns(sample: readonly RawRow[], width: number): (ColumnField | null)[] {
  const guesses = new Array<ColumnField | null>(width).fill(null)
  for (const { field, share, fits } of KINDS) {
    let [best, bestShare] = [-1, share]
    for (let index = 0; index < width; index++) {
      if (guesses[index] !== null) continue
      const texts = sample.flatMap(({ cells }) => {
        const cell = cells[index]
        const text = textOf(cell).trim()
        return cell === undefined || text === '' ? [] : [{ cell, text: looksOld(text)?.decoded ?? text }]
      })
      if (texts.length === 0) continue
      const fitting = texts.filter(({ cell, text }) => fits(text, cell)).length / texts.length
      if (fitting >= bestShare && (best < 0 || fitting > bestShare)) [best, bestShare] = [index, fitting]
    }
    if (best >= 0) guesses[best] = field
  }
  return guesses
}

/**
 * Whether a column's dates were typed day first and taken month first by the spreadsheet: what could be a date became one,
 * with its day among the months; what could not stayed text.
 */
export function datesWereSwapped(sample: readonly RawRow[], index: number): boolean {
  let [dates, texts] = [0, 0]
  for (const { cells } of sample) {
    const cell = cells[index]
    if (cell === undefined) continue
    const day = Number(/^(\d{1,2})[/.-]\d{1,2}[/.-]\d{4}$/.exec(cell.text.trim())?.[1])
    if (Number.isNaN(day)) continue
    if (cell.kind === 'date') {
      if (day > 12) return false
      dates++
    } else if (cell.kind === 'text') {
      if (day <= 12) return false
      texts++
    }
  }
  return dates >= 3 && texts >= 1
}
