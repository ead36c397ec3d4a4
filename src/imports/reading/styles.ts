import { eachTag } from './xml.ts'

/** What a cell's style says of its value: whether a number is a date, how many digits are shown, and in which font if an old one. */
export type CellStyle = { readonly date: boolean; readonly digits: number; readonly font: string }

export const PLAIN: CellStyle = { date: false, digits: 0, font: '' }

// ISO/IEC 29500-1, 18.8.30: built-in formats of days; 45 to 47 are times, 27 to 36 and 50 to 58 East Asian dates.
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)

/** Whether a number format shows a day, a month or a year: `dd/mm/yyyy`, not `#,##0` nor `[Red]0` nor `"ngày" 0`. */
export function isDateFormat(code: string): boolean {
  const bare = code
    .replace(/"[^"]*"/g, '')
    .replace(/\\./g, '')
    .replace(/_.|\*./g, '')
    .replace(/\[[^\]]*\]/g, '')
    .split(';')[0]
  return bare !== undefined && /[dy]/i.test(bare) && !/general/i.test(bare)
}

/** How many digits a format such as `000000000000` always shows; 0 for others. */
const digitsOf = (code: string): number => (/^0{2,20}$/.test(code) ? code.length : 0)

/** Fonts of TCVN3 and VNI tell what their texts are; of others nothing is known. */
const oldFont = (name: string): string => (/^(\.vn|vni)/i.test(name) ? name : '')

/** The styles of `xl/styles.xml`, by the number that cells name. */
export function parseStyles(xml: string, part: string): CellStyle[] {
  const formats = new Map<number, string>()
  const fonts: string[] = []
  const styles: CellStyle[] = []
  let inside = ''
  eachTag(xml, part, (name, attributes) => {
    const attribute = (key: string): string => attributes[key] ?? ''
    if (['numFmts', 'fonts', 'fills', 'borders', 'cellStyleXfs', 'cellXfs', 'cellStyles', 'dxfs'].includes(name))
      inside = name
    else if (name === 'numFmt' && inside === 'numFmts')
      formats.set(Number(attribute('numFmtId')), attribute('formatCode'))
    else if (name === 'font' && inside === 'fonts') fonts.push('')
    else if (name === 'name' && inside === 'fonts') fonts[fonts.length - 1] = attribute('val')
    else if (name === 'xf' && inside === 'cellXfs') {
      const id = Number(attribute('numFmtId'))
      const code = formats.get(id)
      styles.push({
        date: code === undefined ? isBuiltInDate(id) : isDateFormat(code),
        digits: code === undefined ? 0 : digitsOf(code),
        font: oldFont(fonts[Number(attribute('fontId'))] ?? ''),
      })
    }
  })
  return styles
}
