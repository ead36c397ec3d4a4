import { afterAll, describe, expect, test } from '../../support/jest.ts'
import { archive, inline, parts, row, sheet } from './archives.ts'
import { folder, read, values, workbook } from './made.ts'

const files = folder()
afterAll(() => files.remove())

const refusal = async (name: string, content: Uint8Array | string, options = {}) => {
  const done = await read(files.file(name, content), options)
  return done.ok ? `${done.rows.length} rows` : done.refusal
}
const HEADINGS = row(inline('Họ và tên'), inline('Ngày sinh'))
const ole2 = (stream: string): Buffer =>
  Buffer.concat([
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    Buffer.alloc(1016),
    Buffer.from(stream, 'utf16le'),
    Buffer.alloc(400),
  ])

describe('a file that is no roster is refused for what it is', () => {
  test.each<[string, string, Uint8Array | string, unknown]>([
    ['of no bytes', 'a.xlsx', '', { kind: 'empty-file' }],
    ['of blanks', 'a.csv', ' \r\n\r\n \t\r\n', { kind: 'empty-file' }],
    [
      'a web page named .xls',
      'a.xls',
      '<html><table><tr><td>Họ và tên</td></tr></table>',
      { kind: 'not-a-roster', what: 'html' },
    ],
    ['a web page with a byte order mark', 'a.xls', '\ufeff<!DOCTYPE html><p>x', { kind: 'not-a-roster', what: 'html' }],
    [
      'Excel 2003 XML',
      'a.xls',
      '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?><Workbook/>',
      { kind: 'not-a-roster', what: 'xml-spreadsheet' },
    ],
    ['Excel 97–2003', 'a.xls', ole2('Workbook'), { kind: 'old-excel' }],
    ['Excel 97–2003 named .xlsx', 'a.xlsx', ole2('Workbook'), { kind: 'old-excel' }],
    ['locked with a password', 'a.xlsx', ole2('EncryptedPackage'), { kind: 'password' }],
    ['a PDF', 'a.xlsx', '%PDF-1.7\n…', { kind: 'not-a-roster', what: 'pdf' }],
    ['a RAR archive', 'a.xlsx', 'Rar!\u001a\u0007', { kind: 'not-a-roster', what: 'archive' }],
    ['a picture', 'a.csv', Buffer.from('89504e470d0a1a0a0000000d', 'hex'), { kind: 'not-a-roster', what: 'unknown' }],
    [
      'a ZIP archive of other files',
      'a.xlsx',
      archive([{ name: 'x.txt', content: 'x' }]),
      { kind: 'not-a-roster', what: 'archive' },
    ],
    [
      'an OpenDocument spreadsheet',
      'a.xlsx',
      archive([
        { name: 'META-INF/manifest.xml', content: '<m/>' },
        { name: 'content.xml', content: '<o/>' },
      ]),
      { kind: 'not-a-roster', what: 'open-document' },
    ],
    [
      'a binary workbook',
      'a.xlsb',
      archive([
        { name: 'xl/workbook.bin', content: 'x' },
        { name: '_rels/.rels', content: '<r/>' },
      ]),
      { kind: 'not-a-roster', what: 'binary-workbook' },
    ],
    ['with macros', 'a.xlsx', archive(parts(sheet(HEADINGS), { 'xl/vbaProject.bin': 'x' })), { kind: 'macros' }],
    ['named .xlsm', 'a.xlsm', archive(parts(sheet(HEADINGS))), { kind: 'macros' }],
    [
      'a workbook named .csv',
      'a.csv',
      archive(parts(sheet(HEADINGS))),
      { kind: 'wrong-extension', extension: 'csv', is: 'xlsx' },
    ],
    [
      'a workbook named .xls',
      'a.XLS',
      archive(parts(sheet(HEADINGS))),
      { kind: 'wrong-extension', extension: 'xls', is: 'xlsx' },
    ],
    [
      'a text table named .xlsx',
      'a.xlsx',
      'Họ và tên,Ngày sinh\r\nĐỗ An,1988',
      { kind: 'wrong-extension', extension: 'xlsx', is: 'csv' },
    ],
    ['a workbook with nothing on it', 'a.xlsx', archive(parts(sheet(''))), { kind: 'no-rows' }],
    ['a program', 'a.csv', Buffer.from('7f454c460201010000000000', 'hex'), { kind: 'not-a-roster', what: 'unknown' }],
  ])('%s', async (_, name, content, expected) => {
    expect(await refusal(name, content)).toEqual(expected)
  })

  test('the headings alone are a roster of nobody', async () => {
    expect(await refusal('a.xlsx', archive(parts(sheet(HEADINGS))))).toBe('0 rows')
    expect(await refusal('a.csv', 'Họ và tên;Ngày sinh\n')).toBe('0 rows')
  })

  test('a sheet that is not there', async () => {
    expect(await refusal('a.xlsx', archive(parts(sheet(HEADINGS))), { sheets: ['Khác'] })).toEqual({
      kind: 'unknown-sheet',
      sheet: 'Khác',
    })
  })
})

describe('a damaged or lying workbook is refused', () => {
  const whole = archive(parts(sheet(HEADINGS + row(inline('Đỗ An'), inline('1988')))))

  test('cut off anywhere', async () => {
    for (const share of [0.1, 0.4, 0.7, 0.95, 0.99])
      expect(await refusal('a.xlsx', whole.subarray(0, Math.floor(whole.length * share)))).toEqual({
        kind: 'broken',
        part: 'zip',
      })
  })

  test('with a byte changed anywhere: refused, or the same rows, but never an exception', async () => {
    for (let at = 30; at < whole.length; at += 37) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ 0x5a
      expect(await refusal('a.xlsx', bytes)).toBeDefined()
    }
  })

  test('XML that ends too early, below the rows that were looked at', async () => {
    const rows = Array.from({ length: 3000 }, (_, n) => row(inline(`Đỗ Văn An`), inline(String(1960 + (n % 40))))).join(
      '',
    )
    const cut = sheet(HEADINGS + rows).slice(0, -400)
    expect(await refusal('a.xlsx', archive(parts(cut)))).toEqual({ kind: 'broken', part: 'xl/worksheets/sheet1.xml' })
  })

  test('a bomb: a part that unpacks to a thousand times its size', async () => {
    const bomb = sheet(HEADINGS + ' '.repeat(20_000_000))
    expect(await refusal('a.xlsx', archive(parts(bomb)))).toEqual({ kind: 'too-big', limit: 'ratio', allowed: 250 })
  })

  test('a bomb that tells a small size', async () => {
    const lying = parts('').map((part) =>
      part.name.endsWith('sheet1.xml')
        ? { ...part, content: sheet(HEADINGS + ' '.repeat(5_000_000)), claims: 900 }
        : part,
    )
    expect(await refusal('a.xlsx', archive(lying))).toEqual({ kind: 'broken', part: 'xl/worksheets/sheet1.xml' })
  })

  test.each([
    ['parts', { parts: 4 }],
    ['unpackedBytes', { unpackedBytes: 500 }],
    ['fileBytes', { fileBytes: 500 }],
    ['rows', { rows: 1 }],
    ['cells', { cells: 3 }],
    ['columns', { columns: 1 }],
  ] as const)('beyond the limit of %s', async (limit, limits) => {
    expect(await refusal('a.xlsx', whole, { limits })).toEqual({
      kind: 'too-big',
      limit,
      allowed: Object.values(limits)[0],
    })
  })

  test('a billion laughs: no document type, so no entity', async () => {
    const laughs = `<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>${sheet(row('<c t="inlineStr"><is><t>&b;</t></is></c>'))}`
    expect(await refusal('a.xlsx', archive(parts(laughs)))).toEqual({ kind: 'document-type' })
    const outside = `<!DOCTYPE w SYSTEM "file:///etc/passwd">${sheet(HEADINGS)}`
    expect(await refusal('a.xlsx', archive(parts(outside)))).toEqual({ kind: 'document-type' })
  })

  test('an unknown entity', async () => {
    const unknown = sheet(HEADINGS + row('<c t="inlineStr"><is><t>&nbsp;</t></is></c>'))
    expect(await refusal('a.xlsx', archive(parts(unknown)))).toEqual({
      kind: 'broken',
      part: 'xl/worksheets/sheet1.xml',
    })
  })

  test.each([
    ['a text', (junk: string) => row(`<c t="inlineStr"><is><t>${junk}</t></is></c>`)],
    ['a comment', (junk: string) => `<!--${junk}-->`],
    ['a comment full of tags', (junk: string) => `<!--${junk.replaceAll('a', '<')}-->`],
    ['an attribute', (junk: string) => `<row spans="${junk}"/>`],
    ['a tag', (junk: string) => `<${junk}/>`],
    [
      'a thousand runs of text',
      (junk: string) => row(`<c t="inlineStr"><is>${`<r><t>${junk.slice(0, 7000)}</t></r>`.repeat(1000)}</is></c>`),
    ],
  ])('%s without an end', async (_, xml) => {
    const junk = Array.from({ length: 400_000 }, (__, n) => `a${n.toString(36)}`).join('')
    expect(await refusal('a.xlsx', archive(parts(sheet(HEADINGS + xml(junk)))))).toEqual({
      ...{ kind: 'broken', part: 'xl/worksheets/sheet1.xml' },
    })
  })

  test.each([
    '<row r="7"/><row r="7"/>',
    '<row r="9007199254740991"/>',
    '<row r="-1"/>',
    '<row r="x"/>',
    '<row r="1"/>',
  ])('rows out of order: %s', async (rows) => {
    const cells = rows.replaceAll('/>', `>${inline('Đỗ An')}</row>`)
    expect(await refusal('a.xlsx', archive(parts(sheet(HEADINGS + cells))))).toMatchObject({ kind: 'broken' })
  })

  test('two parts of one name', async () => {
    const twice = [...parts(sheet(HEADINGS)), { name: 'XL/Workbook.xml', content: '<workbook/>' }]
    expect(await refusal('a.xlsx', archive(twice))).toEqual({ kind: 'broken', part: 'XL/Workbook.xml' })
  })

  test('a reference out of the sheet, a shared text that is not there, numbers that are none', async () => {
    const odd = [
      '<c r="ZZZZZZZ9" t="inlineStr"><is><t>x</t></is></c>',
      '<c t="s"><v>99999</v></c>',
      '<c t="s"><v>-1</v></c>',
      '<c><v>1e999</v></c>',
      '<c s="77"><v>12</v></c>',
      '<c t="d"><v>2020-99-99</v></c>',
    ]
    for (const cell of odd) expect(await refusal('a.xlsx', archive(parts(sheet(HEADINGS + row(cell)))))).toBeDefined()
  })

  test('a million empty rows: quickly, in little memory, and the rows below them are read', async () => {
    const empty = Array.from({ length: 1_000_000 }, (_, n) => `<row r="${n + 3}"/>`).join('')
    const last = `<row r="1000004">${inline('Đỗ Văn Bình')}${inline('1990')}</row>`
    const bytes = archive(parts(sheet(HEADINGS + row(inline('Đỗ Văn An'), inline('1988')) + empty + last)))
    const file = files.file('million.xlsx', bytes)
    const start = performance.now()
    const done = await read(file)
    expect(done.ok && done.rows.map(({ number }) => number)).toEqual([2, 1_000_004])
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})

describe('dirt inside a roster', () => {
  const rowsOf = async (content: Uint8Array | string, name = 'a.xlsx') => {
    const done = await read(files.file(name, content))
    if (!done.ok) throw new Error(JSON.stringify(done.refusal))
    return done.rows
  }

  test('errors of formulas are no values', async () => {
    const [first, second] = await rowsOf(
      archive(
        parts(
          sheet(
            HEADINGS +
              row('<c t="e"><f>VLOOKUP(A1,X!A:B,2)</f><v>#N/A</v></c>', inline('1988')) +
              row(inline('Đỗ An'), '<c t="e"><v>#REF!</v></c>'),
          ),
        ),
      ),
    )
    expect(first?.cells.fullName).toEqual({ raw: '#N/A', value: null, marks: [{ code: 'cell-error', error: '#N/A' }] })
    expect(second?.cells.birthDate?.marks).toEqual([{ code: 'cell-error', error: '#REF!' }])
  })

  test('of formulas only the stored result is read', async () => {
    const [only] = await rowsOf(
      archive(
        parts(
          sheet(HEADINGS + row('<c t="str"><f>"Đỗ "&amp;"An"</f><v>Đỗ An</v></c>', '<c><f>1900+88</f><v>1988</v></c>')),
        ),
      ),
    )
    expect(values(only)).toMatchObject({ fullName: 'Đỗ An', birthDate: { precision: 'year', text: '1988' } })
  })

  test.each(["=cmd|' /C calc'!A0", '+SUM(1)', '@SUM(A1)', '-2+3+cmd'])(
    '%s as a name must be looked at',
    async (text) => {
      const [only] = await rowsOf(archive(parts(sheet(HEADINGS + row(inline(text), inline('1988'))))))
      expect(only?.cells.fullName).toMatchObject({ value: text, marks: [{ code: 'formula' }] })
      const [ofCsv] = await rowsOf(`Họ và tên\tNgày sinh\n${text}\t1988\n`, 'a.tsv')
      expect(ofCsv?.cells.fullName?.marks).toEqual([{ code: 'formula' }])
    },
  )

  test('a name of 300 characters', async () => {
    const [only] = await rowsOf(archive(parts(sheet(HEADINGS + row(inline(`Đỗ ${'a'.repeat(297)}`), inline('1988'))))))
    expect(only?.cells.fullName).toMatchObject({ value: null, marks: [{ code: 'too-long', length: 300, max: 100 }] })
  })

  test('invisible characters are taken out, and told; marks apart are joined', async () => {
    const [only] = await rowsOf(
      archive(
        parts(
          sheet(HEADINGS + row(inline(`\u200bĐặng\u00a0 Thị\u202e Hường\ufeff`.normalize('NFD')), inline(' 1988 '))),
        ),
      ),
    )
    expect(only?.cells.fullName).toMatchObject({
      value: 'Đặng Thị Hường'.normalize('NFC'),
      marks: [{ code: 'invisible' }],
    })
  })

  test('a heading twice must be mapped by hand', async () => {
    const twice = 'Họ và tên,Điện thoại,Điện thoại\nĐỗ An,0912345678,0912345679\n'
    expect(await refusal('a.csv', twice)).toEqual({ kind: 'needs-mapping', sheet: '', why: 'double-columns' })
    const done = await read(files.file('a.csv', twice), {
      mappings: {
        '': {
          ...{ headerRow: 1, dataFrom: 2 },
          columns: [
            { index: 0, field: 'fullName', encoding: 'unicode', casing: 'as-is' },
            { index: 2, field: 'phone', encoding: 'unicode', casing: 'as-is' },
          ],
        },
      },
    })
    expect(done.ok && values(done.rows[0])).toEqual({ fullName: 'Đỗ An', phone: '0912345679' })
  })

  test.each(['utf-16le', 'utf-16be'] as const)(
    'a text table in %s, with and without a byte order mark',
    async (charset) => {
      const text = 'Họ và tên\tNgày sinh\r\nĐặng Thị Hường\t27/03/1988\r\n'
      for (const mark of ['\ufeff', '']) {
        const bytes = Buffer.from(mark + text, 'utf16le')
        const [only] = await rowsOf(charset === 'utf-16le' ? bytes : bytes.swap16(), 'a.csv')
        expect(values(only)).toMatchObject({ fullName: 'Đặng Thị Hường' })
      }
    },
  )

  test('a text table with quotes, line ends within, a `sep=` line, ragged rows and a quote too few', async () => {
    const text =
      'sep=;\r\nHọ và tên;Ghi chú;Ngày sinh\r\n"Đỗ An";"hai\r\ndòng";1988;thừa\r\nLê "Bé" Ba;;1990\r\n;;\r\nVũ Cúc\r\n'
    const rows = await rowsOf(text, 'a.csv')
    expect(rows.map(({ number, cells }) => [number, cells.fullName?.value, cells.note?.value])).toEqual([
      [3, 'Đỗ An', 'hai dòng'],
      [4, 'Lê "Bé" Ba', null],
      [6, 'Vũ Cúc', null],
    ])
  })

  test('workbooks of a library with shared texts and strict limits', async () => {
    const bytes = await workbook({
      A: [
        ['Họ và tên', 'Ngày sinh'],
        ['Đỗ An', 1988],
      ],
    })
    expect(await refusal('a.xlsx', bytes)).toBe('1 rows')
  })
})
